/** Along the ellipsoid: distance and bearing between two places (Vincenty 1975), on WGS 84. */

import type { Position } from "../api/state";

const AXIS_M = 6_378_137;
const FLATTENING = 1 / 298.257_223_563;
const SHORT_M = AXIS_M * (1 - FLATTENING);
const RADIAN = Math.PI / 180;

export interface Way {
  distance_m: number;
  /** Clockwise from true north at the first place, 0 to 360. */
  bearing_deg: number;
}

/** From one place to another; null for places so nearly opposite on the globe that the series does not close. */
export function way(a: Position, b: Position): Way | null {
  const L = (b.lon_deg - a.lon_deg) * RADIAN;
  const u1 = Math.atan((1 - FLATTENING) * Math.tan(a.lat_deg * RADIAN));
  const u2 = Math.atan((1 - FLATTENING) * Math.tan(b.lat_deg * RADIAN));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = L;
  for (let i = 0; i < 100; i++) {
    const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    if (sinSigma === 0) return { distance_m: 0, bearing_deg: 0 };
    const cosSigma = s1 * s2 + c1 * c2 * cl;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (c1 * c2 * sl) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cosMiddle = cos2Alpha === 0 ? 0 : cosSigma - (2 * s1 * s2) / cos2Alpha; // along the equator
    const C = (FLATTENING / 16) * cos2Alpha * (4 + FLATTENING * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda = L + (1 - C) * FLATTENING * sinAlpha * (sigma + C * sinSigma * (cosMiddle + C * cosSigma * (2 * cosMiddle ** 2 - 1)));
    if (Math.abs(lambda - before) > 1e-12) continue;
    const square = (cos2Alpha * (AXIS_M ** 2 - SHORT_M ** 2)) / SHORT_M ** 2;
    const A = 1 + (square / 16384) * (4096 + square * (-768 + square * (320 - 175 * square)));
    const B = (square / 1024) * (256 + square * (-128 + square * (74 - 47 * square)));
    const delta = B * sinSigma * (cosMiddle + (B / 4) * (cosSigma * (2 * cosMiddle ** 2 - 1) - (B / 6) * cosMiddle * (4 * sinSigma ** 2 - 3) * (4 * cosMiddle ** 2 - 3)));
    const bearing = Math.atan2(c2 * Math.sin(lambda), c1 * s2 - s1 * c2 * Math.cos(lambda)) / RADIAN;
    return { distance_m: SHORT_M * A * (sigma - delta), bearing_deg: (bearing + 360) % 360 };
  }
  return null;
}
