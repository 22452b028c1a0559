/** Places as people write and read them: MGRS and USNG, UTM, degrees in all usual spellings. Knows no map. */

import { forward, toPoint } from "mgrs";
import type { Position } from "../api/state";
import type { GridName } from "../stores/prefs.svelte";
import { fromUtm, utm } from "./utm";

const BANDS = "CDEFGHJKLMNPQRSTUVWX";
/** Numbers of grids are read in groups: "19T CG 12345 67890". */
const MGRS = /^(\d{1,2}[C-HJ-NP-X])\s*([A-HJ-NP-Z][A-HJ-NP-V])\s*(\d*)\s*(\d*)$/;
const UTM = /^(\d{1,2})\s*([C-HJ-NP-X])?\s*(NORTH|SOUTH)?\s*E?\s*(\d{5,7}(?:[.,]\d+)?)\s*(?:M|ME|E)?\s*,?\s*N?\s*(\d{1,8}(?:[.,]\d+)?)\s*(?:M|MN|N)?$/;

export function mgrs(position: Position): string | null {
  if (position.lat_deg > 84 || position.lat_deg < -80) return null;
  const found = forward([position.lon_deg, position.lat_deg], 5);
  const parts = /^(\d{1,2}[A-Z])([A-Z]{2})(\d{5})(\d{5})$/.exec(found);
  return parts ? parts.slice(1).join(" ") : found;
}

export function utmText(position: Position): string | null {
  const found = utm(position);
  if (found === null) return null;
  const band = BANDS[Math.min(Math.floor((position.lat_deg + 80) / 8), 19)] ?? "";
  return `${found.zone}${band} ${Math.floor(found.easting_m)} E ${Math.floor(found.northing_m)} N`;
}

export const degrees = (p: Position): string => `${p.lat_deg.toFixed(5)}, ${p.lon_deg.toFixed(5)}`;

/** In the system that the person prefers; degrees where a grid does not reach. */
export function placeText(position: Position, grid: GridName): string {
  const said = grid === "mgrs" ? mgrs(position) : grid === "utm" ? utmText(position) : null;
  return said ?? degrees(position);
}

export type Understood = { position: Position; as: "degrees" | "utm" | "mgrs" };

/** What somebody typed or was told on the radio as a place; null where it is none. */
export function understood(typed: string): Understood | null {
  const text = typed.trim().toUpperCase().replace(/[′‘’´`]/g, "'").replace(/[″“”]|''/g, '"').replace(/[−–]/g, "-").replace(/º/g, "°").replace(/\s+/g, " ");
  if (text === "") return null;
  return asMgrs(text) ?? asUtm(text) ?? asDegrees(text);
}

function asMgrs(text: string): Understood | null {
  const parts = MGRS.exec(text.replace(/^(MGRS|USNG)[: ]*/, ""));
  if (!parts) return null;
  const [, zone = "", square = "", first = "", second = ""] = parts;
  const digits = first + second;
  if (digits.length % 2 !== 0 || digits.length > 10 || (second !== "" && first.length !== second.length)) return null;
  const number = Number.parseInt(zone, 10);
  if (number < 1 || number > 60) return null;
  try {
    const [lon_deg, lat_deg] = toPoint(`${zone}${square}${digits}`);
    return within({ lat_deg, lon_deg }, "mgrs");
  } catch {
    return null; // letters that this zone has no square of
  }
}

function asUtm(text: string): Understood | null {
  const parts = UTM.exec(text.replace(/^UTM[: ]*/, ""));
  if (!parts) return null;
  const [zone, easting_m, northing_m] = [Number(parts[1]), decimal(parts[4] ?? ""), decimal(parts[5] ?? "")];
  // the letter is a band; N and S alone are taken so too, as the band's half of the globe is the same but for S
  const isNorth = parts[3] ? parts[3] === "NORTH" : (parts[2] ?? "N") >= "N";
  if (zone < 1 || zone > 60 || easting_m < 100_000 || easting_m > 900_000 || northing_m > 10_000_000) return null;
  return within(fromUtm({ zone, isNorth, easting_m, northing_m }), "utm");
}

/** "42.2 -71.1", "42,2; -71,1", "42°12.6'N 71°6'W", "N42 12 36 W071 05 24", "71.1 W 42.2 N". */
function asDegrees(text: string): Understood | null {
  const plain = text.replace(/\b(LATITUDE|LAT|LONGITUDE|LONG|LON)\b[:. ]*/g, "").replace(/(\d),(\d+)\s*[;/ ]\s*([+-]?\d+),(\d+)$/, "$1.$2 $3.$4").replace(/EAST/g, "E").replace(/WEST/g, "W").replace(/NORTH/g, "N").replace(/SOUTH/g, "S").replace(/\bO\b/g, "E");
  if (/[^\d\s.,;:/°'"NSEW+-]/.test(plain)) return null;
  const halves = halved(plain);
  if (halves === null) return null;
  const angles = halves.map(angle);
  const [a, b] = angles;
  if (!a || !b) return null;
  const isSwapped = a.letter === "E" || a.letter === "W" || b.letter === "N" || b.letter === "S";
  const [lat, lon] = isSwapped ? [b, a] : [a, b];
  if (lat.letter === "E" || lat.letter === "W" || lon.letter === "N" || lon.letter === "S") return null;
  return within({ lat_deg: lat.value, lon_deg: lon.value }, "degrees");
}

/** The text of each of two angles: split at a comma or semicolon, at the letters, or in the middle of the numbers. */
function halved(text: string): [string, string] | null {
  const at = text.split(/\s*[;/,]\s*/).filter(Boolean);
  if (at.length === 2) return at as [string, string];
  if (at.length > 2) return null;
  const leading = /^([NSEW][^NSEW]+)([NSEW][^NSEW]+)$/.exec(text.trim());
  if (leading) return [leading[1] ?? "", leading[2] ?? ""];
  const trailing = /^([^NSEW]+[NSEW])([^NSEW]+[NSEW])$/.exec(text.trim());
  if (trailing) return [trailing[1] ?? "", trailing[2] ?? ""];
  if (/[NSEW]/.test(text)) return null;
  const numbers = text.trim().split(/\s+(?=[+-]?\d)/);
  return numbers.length % 2 === 0 && numbers.length <= 6 ? [numbers.slice(0, numbers.length / 2).join(" "), numbers.slice(numbers.length / 2).join(" ")] : null;
}

function angle(text: string): { value: number; letter: string } | null {
  const letter = /[NSEW]/.exec(text)?.[0] ?? "";
  const bare = text.replace(/[NSEW]/, " ").trim();
  const parts = /^([+-])?\s*(\d+(?:\.\d+)?)\s*(?:°|:|\s|$)\s*(?:(\d+(?:\.\d+)?)\s*(?:'|:|\s|$)\s*)?(?:(\d+(?:\.\d+)?)\s*"?)?$/.exec(bare);
  if (!parts) return null;
  const [whole, minutes, seconds] = [Number(parts[2]), Number(parts[3] ?? 0), Number(parts[4] ?? 0)];
  if (minutes >= 60 || seconds >= 60 || (letter !== "" && parts[1] === "-")) return null;
  const size = whole + minutes / 60 + seconds / 3600;
  return { value: parts[1] === "-" || letter === "S" || letter === "W" ? -size : size, letter };
}

const decimal = (text: string): number => Number(text.replace(",", "."));

function within(position: Position, as: Understood["as"]): Understood | null {
  const { lat_deg, lon_deg } = position;
  return Math.abs(lat_deg) <= 90 && Math.abs(lon_deg) <= 180 ? { position, as } : null;
}
