/** The map that is looked at: tiles of the ground, heights, what is seen from a place, declination. */

import { fraction, list, number, orNull, record, text, time, type Checked } from "../lib/check";
import { address, get, post } from "./http";
import { bounds } from "./products";
import type { Position } from "./state";

const tiles = { tiles: text, max_zoom: number };

export const mapFrame = record({
  key: text,
  bounds: orNull(bounds),
  terrain: orNull(record({ ...tiles, cell_m: number })),
  landcover: orNull(record({ ...tiles, file_name: text, legend: list(record({ color: text, label: text, fraction })) })),
  imagery: list(record({ ...tiles, id: text, file_name: text, bounds })),
  contours: orNull(record({ url: text, interval_m: number })),
});
const declinationAnswer = record({ at: time, declination_deg: number, uncertainty_deg: orNull(number), model: text, caveats: list(text) });
const profileAnswer = record({
  distance_m: list(number), elevation_m: list(orNull(number)), lat_deg: list(number), lon_deg: list(number),
  climb_m: number, descent_m: number, length_m: number, caveats: list(text),
});
const viewAnswer = record({ seen_fraction: fraction, area_m2: number, cell_m: number, image: text, bounds, caveats: list(text) });

export type MapFrame = Checked<typeof mapFrame>;
export type Declination = Checked<typeof declinationAnswer>;
export type Profile = Checked<typeof profileAnswer>;
export type Viewed = Checked<typeof viewAnswer>;

const at = (p: Position): string => `${p.lat_deg},${p.lon_deg}`;

export const readMapFrame = (id: string): Promise<MapFrame> => get(address(["cases", id, "map"]), mapFrame);

export const readElevation = async (id: string, position: Position, signal: AbortSignal): Promise<number | null> =>
  (await get(address(["cases", id, "map", "elevation"], { at: at(position) }), record({ elevation_m: orNull(number) }), signal)).elevation_m;

export const readDeclination = (id: string, position: Position): Promise<Declination> =>
  get(address(["cases", id, "map", "declination"], { at: at(position) }), declinationAnswer);

export const readProfile = (id: string, line: readonly Position[]): Promise<Profile> =>
  post(address(["cases", id, "map", "profile"]), { line: line.map(at) }, profileAnswer);

/** Heights and distances as people type them: "1.7 m", "3 km". */
export const readView = (id: string, position: Position, eye: string, there: string, radius: string): Promise<Viewed> =>
  get(address(["cases", id, "map", "view"], { at: at(position), eye, there, radius }), viewAnswer);
