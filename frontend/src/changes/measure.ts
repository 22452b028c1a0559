/** What a measured line says: its legs with bearings, its length, and the area where it closes. */

import type { Position } from "../api/state";
import { way, type Way } from "./geodesy";
import { area_m2 } from "./sketch_geometry";

export interface Measured {
  legs: (Way & { magnetic_deg: number | null })[];
  length_m: number;
  /** From the first point to the last, as the crow flies. */
  across: (Way & { magnetic_deg: number | null }) | null;
  area_m2: number | null;
}

/** What a compass shows for a true bearing; declination is positive to the east. */
export const magnetic = (bearing_deg: number, declination_deg: number): number => (bearing_deg - declination_deg + 360) % 360;

export function measured(line: readonly Position[], isClosed: boolean, declination_deg: number | null): Measured {
  const known = (found: Way): Measured["legs"][number] => ({ ...found, magnetic_deg: declination_deg === null ? null : magnetic(found.bearing_deg, declination_deg) });
  const [first, last] = [line[0], line.at(-1)];
  const path = isClosed && first !== undefined ? [...line, first] : line;
  const legs = path.slice(1).flatMap((to, i) => {
    const from = path[i];
    const found = from === undefined ? null : way(from, to);
    return found === null ? [] : [known(found)];
  });
  const across = !isClosed && line.length > 2 && first !== undefined && last !== undefined ? way(first, last) : null;
  return {
    legs, length_m: legs.reduce((sum, leg) => sum + leg.distance_m, 0), across: across && known(across),
    area_m2: isClosed && line.length > 2 ? area_m2(line) : null,
  };
}

/** "007°": three figures, as bearings are read on the radio. */
export const bearing = (deg: number): string => `${String(Math.round(deg) % 360).padStart(3, "0")}°`;
