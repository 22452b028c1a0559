/** What instruments draw on the map: the measured line with its length, the place looked from, and the clicked place. */

import type { Position } from "../api/state";
import type { Feature, Features } from "./seen";

const pair = (p: Position): [number, number] => [p.lon_deg, p.lat_deg];
const dot = (position: Position, role: string, label?: string): Feature => ({ type: "Feature", properties: label === undefined ? { role } : { role, label }, geometry: { type: "Point", coordinates: pair(position) } });

export function instrumentSeen(line: readonly Position[], isClosed: boolean, length: string, along: Position | null, from: Position | null): Features {
  const features: Feature[] = [];
  const [first, last] = [line[0], line.at(-1)];
  const path = isClosed && first ? [...line, first] : line;
  if (isClosed && path.length > 3) features.push({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [path.map(pair)] } });
  if (path.length > 1) features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: path.map(pair) } });
  features.push(...line.map((p) => (p === last && line.length > 1 ? dot(p, "corner", length) : dot(p, "corner"))));
  if (along) features.push(dot(along, "along"));
  if (from) features.push(dot(from, "eye"));
  return { type: "FeatureCollection", features };
}

export const spotSeen = (at: Position | null): Features => ({ type: "FeatureCollection", features: at ? [dot(at, "spot")] : [] });
