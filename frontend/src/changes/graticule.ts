/** Lines of a grid over what the map shows: UTM and MGRS squares, or degrees. Knows no map, only its window. */

import { forward } from "mgrs";
import type { Position } from "../api/state";
import type { GridName } from "../stores/prefs.svelte";
import type { Feature, Features } from "./seen";
import { fromUtm, utm, zoneOf } from "./utm";

export interface Window {
  west_deg: number;
  south_deg: number;
  east_deg: number;
  north_deg: number;
}

/** So many lines at most each way; finer grids are drawn when the map comes nearer. */
const MOST_LINES = 16;
const METRES = [100, 1000, 10_000, 100_000] as const;
const DEGREES = [1 / 3600, 2 / 3600, 5 / 3600, 10 / 3600, 30 / 3600, 1 / 60, 2 / 60, 5 / 60, 10 / 60, 0.5, 1, 2, 5, 10, 30] as const;
const BENDS = 8;

const line = (coordinates: [number, number][], label: string, isMain: boolean): Feature => ({ type: "Feature", properties: { role: "line", label, main: isMain }, geometry: { type: "LineString", coordinates } });
const point = (at: Position, label: string, side: "x" | "y" | "square"): Feature => ({ type: "Feature", properties: { role: side, label, main: true }, geometry: { type: "Point", coordinates: [at.lon_deg, at.lat_deg] } });

export interface Grid {
  lines: Features;
  /** Between lines: metres, or degrees of arc. Null where the map shows too much for a grid. */
  step: number | null;
}

const EMPTY: Grid = { lines: { type: "FeatureCollection", features: [] }, step: null };

export function grid(name: GridName, seen: Window): Grid {
  return name === "degrees" ? graticule(seen) : squares(name, seen);
}

function graticule(seen: Window): Grid {
  const [wide, high] = [seen.east_deg - seen.west_deg, seen.north_deg - seen.south_deg];
  const step = DEGREES.find((d) => wide / d <= MOST_LINES && high / d <= MOST_LINES);
  if (step === undefined) return EMPTY;
  const features: Feature[] = [];
  for (const lon of steps(seen.west_deg, seen.east_deg, step)) {
    features.push(line([[lon, seen.south_deg], [lon, seen.north_deg]], arc(lon, step, "E", "W"), true));
    features.push(point({ lat_deg: seen.south_deg, lon_deg: lon }, arc(lon, step, "E", "W"), "x"));
  }
  for (const lat of steps(Math.max(seen.south_deg, -90), Math.min(seen.north_deg, 90), step)) {
    features.push(line([[seen.west_deg, lat], [seen.east_deg, lat]], arc(lat, step, "N", "S"), true));
    features.push(point({ lat_deg: lat, lon_deg: seen.west_deg }, arc(lat, step, "N", "S"), "y"));
  }
  return { lines: { type: "FeatureCollection", features }, step };
}

function squares(name: "mgrs" | "utm", seen: Window): Grid {
  const middle: Position = { lat_deg: (seen.south_deg + seen.north_deg) / 2, lon_deg: (seen.west_deg + seen.east_deg) / 2 };
  if (seen.east_deg - seen.west_deg > 24 || zoneOf(middle) === null) return EMPTY;
  const features: Feature[] = [];
  let drawn: number | null = null;
  for (const [zone, part] of parts(seen)) {
    const corners = [[part.west_deg, part.south_deg], [part.east_deg, part.south_deg], [part.west_deg, part.north_deg], [part.east_deg, part.north_deg], [(part.west_deg + part.east_deg) / 2, part.south_deg], [(part.west_deg + part.east_deg) / 2, part.north_deg]] as const;
    const isNorth = middle.lat_deg >= 0;
    const xy = corners.flatMap(([lon_deg, lat_deg]) => {
      const found = utm({ lat_deg, lon_deg }, zone);
      return found ? [{ x: found.easting_m, y: found.northing_m + (found.isNorth === isNorth ? 0 : isNorth ? -1e7 : 1e7) }] : [];
    });
    const [west, east] = [Math.min(...xy.map((p) => p.x)), Math.max(...xy.map((p) => p.x))];
    const [south, north] = [Math.min(...xy.map((p) => p.y)), Math.max(...xy.map((p) => p.y))];
    const step = METRES.find((m) => (east - west) / m <= MOST_LINES && (north - south) / m <= MOST_LINES);
    if (step === undefined) continue;
    drawn = Math.max(drawn ?? 0, step);
    const at = (easting_m: number, northing_m: number): Position => fromUtm({ zone, isNorth, easting_m, northing_m });
    const clip = (run: Position[]): [number, number][] => run.filter((p) => p.lon_deg >= part.west_deg - 1e-9 && p.lon_deg <= part.east_deg + 1e-9).map((p) => [p.lon_deg, p.lat_deg]);
    const label = (value: number): string => digits(value, step, name);
    for (const x of steps(west, east, step)) {
      const run = clip(along(BENDS).map((f) => at(x, south + f * (north - south))));
      if (run.length < 2) continue;
      const isMain = x % (step * 10) === 0;
      features.push(line(run, label(x), isMain));
      const foot = crossingAt(run, 1, seen.south_deg);
      if (foot) features.push(point(foot, label(x), "x"));
    }
    for (const y of steps(south, north, step)) {
      const run = clip(along(4 * BENDS).map((f) => at(west + f * (east - west), y)));
      if (run.length < 2) continue;
      features.push(line(run, label(y), y % (step * 10) === 0));
      const side = crossingAt(run, 0, Math.max(seen.west_deg, part.west_deg));
      if (side) features.push(point(side, label(y), "y"));
    }
    if (name === "mgrs") features.push(...named(part, at, step, { west, east, south, north }));
  }
  return drawn === null ? EMPTY : { lines: { type: "FeatureCollection", features }, step: drawn };
}

/** The letters of the 100 km squares on the map, in the middle of what is seen of each. */
function named(part: Window, at: (x: number, y: number) => Position, step: number, box: { west: number; east: number; south: number; north: number }): Feature[] {
  if (step > 10_000) return [];
  const out: Feature[] = [];
  for (let x = Math.floor(box.west / 1e5) * 1e5; x < box.east; x += 1e5) {
    for (let y = Math.floor(box.south / 1e5) * 1e5; y < box.north; y += 1e5) {
      const middle = at((Math.max(x, box.west) + Math.min(x + 1e5, box.east)) / 2, (Math.max(y, box.south) + Math.min(y + 1e5, box.north)) / 2);
      if (middle.lon_deg < part.west_deg || middle.lon_deg > part.east_deg || Math.abs(middle.lat_deg) > 80) continue;
      const found = /^(\d{1,2}[A-Z])([A-Z]{2})/.exec(forward([middle.lon_deg, middle.lat_deg], 1));
      if (found) out.push(point(middle, `${found[1]} ${found[2]}`, "square"));
    }
  }
  return out;
}

/** Each zone that the window touches, with its part of it. */
function parts(seen: Window): [number, Window][] {
  const out: [number, Window][] = [];
  const middle = (seen.south_deg + seen.north_deg) / 2;
  let from = seen.west_deg;
  while (from < seen.east_deg - 1e-9) {
    const zone = zoneOf({ lat_deg: middle, lon_deg: from + 1e-9 });
    if (zone === null) break;
    let to = from;
    // zones end at whole degrees, also the widened ones
    do to = Math.min(Math.floor(to + 1 + 1e-9), seen.east_deg);
    while (to < seen.east_deg && zoneOf({ lat_deg: middle, lon_deg: to + 1e-9 }) === zone);
    out.push([zone, { ...seen, west_deg: from, east_deg: to }]);
    from = to;
  }
  return out;
}

/** MGRS counts within the 100 km square: "32"; UTM in full kilometres or metres: "632", "63200". */
function digits(value: number, step: number, name: "mgrs" | "utm"): string {
  const unit = step >= 1000 ? 1000 : 100;
  if (name === "utm") return step >= 1000 ? String(value / 1000) : (value / 1000).toFixed(1);
  return String(Math.floor((((value % 1e5) + 1e5) % 1e5) / unit)).padStart(step >= 1000 ? 2 : 3, "0");
}

const along = (n: number): number[] => Array.from({ length: n + 1 }, (_, i) => i / n);

function steps(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => (first + i) * step);
}

/** Where a run crosses a meridian (axis 0) or a parallel (axis 1). */
function crossingAt(run: [number, number][], axis: 0 | 1, value: number): Position | null {
  for (let i = 1; i < run.length; i++) {
    const [a, b] = [run[i - 1], run[i]];
    if (!a || !b || a[axis] === b[axis]) continue;
    const f = (value - a[axis]) / (b[axis] - a[axis]);
    if (f >= -1e-9 && f <= 1) return { lon_deg: a[0] + f * (b[0] - a[0]), lat_deg: a[1] + f * (b[1] - a[1]) };
  }
  return null;
}

function arc(value: number, step: number, plus: string, minus: string): string {
  const letter = value < 0 ? minus : plus;
  const seconds = Math.round(Math.abs(value) * 3600);
  const [d, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (step >= 1) return `${d}° ${letter}`;
  return step >= 1 / 60 ? `${d}°${String(m).padStart(2, "0")}' ${letter}` : `${d}°${String(m).padStart(2, "0")}'${String(s).padStart(2, "0")}" ${letter}`;
}
