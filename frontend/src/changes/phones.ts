/** Phones of teams as the map shows them: where each was last, when, and its way so far. */

import type { Board, Trails } from "../api/phones";
import { distant } from "../lib/format";
import type { Feature, Features } from "./seen";

/** A place older than this is drawn grey: somebody may be elsewhere by now. Own choice. */
export const OLD_MIN = 10;

export function phonesSeen(board: Board | null, trails: Trails | null, now_ms: number): Features {
  const features: Feature[] = (trails?.features ?? []).map((f) => ({ type: "Feature", properties: { phone: f.properties.phone }, geometry: f.geometry }));
  for (const p of board?.phones ?? []) {
    if (p.position === null || p.at === null || p.revoked !== null) continue;
    const old = now_ms - Date.parse(p.at) > OLD_MIN * 60_000;
    const geometry = { type: "Point" as const, coordinates: [p.position.lon_deg, p.position.lat_deg] as [number, number] };
    features.push({ type: "Feature", properties: { label: `${p.team_name}, ${distant(p.at, now_ms)}`, old }, geometry });
  }
  return { type: "FeatureCollection", features };
}
