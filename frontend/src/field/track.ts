/** A recording: which positions are worth keeping, how far it went, and where nothing was recorded. */

/** Latitude, longitude, time, accuracy [m] and height [m]. */
export type Fix = [number, number, string, number | null, number | null];

/** Own choices: a step is kept after so many metres, or so many seconds; worse positions are kept and marked. */
export const STEP_M = 5;
export const STEP_S = 15;
export const UNSURE_M = 50;
export const GAP_S = 60;

const EARTH_M = 6_371_008.8;

/** Distance on a sphere [m]; within half a per cent of the ellipsoid's, which is enough to thin a track. */
export function apart(a: Fix, b: Fix): number {
  const rad = Math.PI / 180;
  const [lat1, lat2] = [a[0] * rad, b[0] * rad];
  const h = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(((b[1] - a[1]) * rad) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

const seconds = (a: Fix, b: Fix): number => (Date.parse(b[2]) - Date.parse(a[2])) / 1000;

/** Whether a position adds anything to the last one kept; never one from before it. */
export function isWorth(last: Fix | null, next: Fix): boolean {
  if (last === null) return true;
  const later = seconds(last, next);
  return later > 0 && (later >= STEP_S || apart(last, next) >= STEP_M);
}

export interface Gap {
  from: string;
  until: string;
}

/** Stretches of time without a position: a locked screen, a valley, a dead page. */
export function gapsOf(fixes: readonly Fix[], longest_s: number = GAP_S): Gap[] {
  return fixes.slice(1).flatMap((fix, i) => {
    const before = fixes[i];
    return before && seconds(before, fix) > longest_s ? [{ from: before[2], until: fix[2] }] : [];
  });
}

/** Length along the positions that are sure [m]; nothing is counted across a gap. */
export function lengthOf(fixes: readonly Fix[]): number {
  const sure = fixes.filter((f) => f[3] === null || f[3] <= UNSURE_M);
  return sure.slice(1).reduce((sum, fix, i) => {
    const before = sure[i];
    return before && seconds(before, fix) <= GAP_S ? sum + apart(before, fix) : sum;
  }, 0);
}
