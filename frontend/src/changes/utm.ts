/** UTM on WGS 84: Krüger's series to the sixth order (Karney 2011, J. Geodesy 85), exact to a millimetre within a zone. Knows no MGRS letters. */

import type { Position } from "../api/state";

export interface Utm {
  zone: number;
  isNorth: boolean;
  easting_m: number;
  northing_m: number;
}

const AXIS_M = 6_378_137;
const FLATTENING = 1 / 298.257_223_563;
const SCALE = 0.9996;
const FALSE_EAST_M = 500_000;
const FALSE_NORTH_M = 10_000_000;
const RADIAN = Math.PI / 180;
const N = FLATTENING / (2 - FLATTENING);
const ECCENTRICITY = Math.sqrt(FLATTENING * (2 - FLATTENING));
/** Radius of the circle as long as a meridian. */
const RADIUS_M = (AXIS_M / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64 + N ** 6 / 256);
const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4 - (127 / 288) * N ** 5,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4 + (281 / 630) * N ** 5,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4 + (15061 / 26880) * N ** 5,
  (49561 / 161280) * N ** 4 - (179 / 168) * N ** 5,
  (34729 / 80640) * N ** 5,
];
const BETA = [
  N / 2 - (2 / 3) * N ** 2 + (37 / 96) * N ** 3 - (1 / 360) * N ** 4 - (81 / 512) * N ** 5,
  (1 / 48) * N ** 2 + (1 / 15) * N ** 3 - (437 / 1440) * N ** 4 + (46 / 105) * N ** 5,
  (17 / 480) * N ** 3 - (37 / 840) * N ** 4 - (209 / 4480) * N ** 5,
  (4397 / 161280) * N ** 4 - (11 / 504) * N ** 5,
  (4583 / 161280) * N ** 5,
];

/** The zone of a place, with the widened ones of Norway and Svalbard; null beyond 84° N and 80° S, where UTM ends. */
export function zoneOf({ lat_deg, lon_deg }: Position): number | null {
  if (lat_deg > 84 || lat_deg < -80) return null;
  const lon = ((((lon_deg + 180) % 360) + 360) % 360) - 180;
  if (lat_deg >= 56 && lat_deg < 64 && lon >= 3 && lon < 12) return 32;
  if (lat_deg >= 72 && lon >= 0 && lon < 42) return lon < 9 ? 31 : lon < 21 ? 33 : lon < 33 ? 35 : 37;
  return Math.floor((lon + 180) / 6) + 1;
}

export const meridian_deg = (zone: number): number => zone * 6 - 183;

/** In its own zone, or in a neighbour's where that is asked for. */
export function utm(position: Position, asked?: number): Utm | null {
  const zone = asked ?? zoneOf(position);
  if (zone === null) return null;
  const phi = position.lat_deg * RADIAN;
  const away = ((((position.lon_deg - meridian_deg(zone) + 180) % 360) + 360) % 360) - 180;
  const lambda = away * RADIAN;
  const s = Math.sin(phi);
  const tau = Math.sinh(Math.atanh(s) - ECCENTRICITY * Math.atanh(ECCENTRICITY * s));
  const xi = Math.atan2(tau, Math.cos(lambda));
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(tau, Math.cos(lambda)));
  let [x, y] = [eta, xi];
  ALPHA.forEach((a, i) => {
    const k = 2 * (i + 1);
    x += a * Math.cos(k * xi) * Math.sinh(k * eta);
    y += a * Math.sin(k * xi) * Math.cosh(k * eta);
  });
  const isNorth = position.lat_deg >= 0;
  return { zone, isNorth, easting_m: FALSE_EAST_M + SCALE * RADIUS_M * x, northing_m: (isNorth ? 0 : FALSE_NORTH_M) + SCALE * RADIUS_M * y };
}

export function fromUtm({ zone, isNorth, easting_m, northing_m }: Utm): Position {
  const eta = (easting_m - FALSE_EAST_M) / (SCALE * RADIUS_M);
  const xi = (northing_m - (isNorth ? 0 : FALSE_NORTH_M)) / (SCALE * RADIUS_M);
  let [x, y] = [eta, xi];
  BETA.forEach((b, i) => {
    const k = 2 * (i + 1);
    x -= b * Math.cos(k * xi) * Math.sinh(k * eta);
    y -= b * Math.sin(k * xi) * Math.cosh(k * eta);
  });
  const conformal = Math.asin(Math.sin(y) / Math.cosh(x));
  const lambda = Math.atan2(Math.sinh(x), Math.cos(y));
  // from the conformal to the geodetic latitude by fixed-point steps; each gains more than two digits
  const psi = Math.asinh(Math.tan(conformal));
  let phi = conformal;
  for (let i = 0; i < 8; i++) phi = Math.atan(Math.sinh(psi + ECCENTRICITY * Math.atanh(ECCENTRICITY * Math.sin(phi))));
  return { lat_deg: phi / RADIAN, lon_deg: ((((lambda / RADIAN + meridian_deg(zone) + 180) % 360) + 360) % 360) - 180 };
}
