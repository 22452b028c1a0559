/** From the state of a case to what the map shows of it. Longitude comes first only here, as GeoJSON wants it. */

import type { CaseState, Position } from "../api/state";
import type { Product } from "../api/products";
import { percent } from "../lib/format";

export interface Feature {
  type: "Feature";
  properties: Record<string, string | number | boolean | null>;
  geometry:
    | { type: "Point"; coordinates: [number, number] }
    | { type: "LineString"; coordinates: [number, number][] }
    | { type: "Polygon"; coordinates: [number, number][][] };
}
export interface Features {
  type: "FeatureCollection";
  features: Feature[];
}

export interface Seen {
  points: Features;
  segments: Features;
  regions: Features;
  boundaries: Features;
}

const pair = (p: Position): [number, number] => [p.lon_deg, p.lat_deg];
const collection = (features: Feature[]): Features => ({ type: "FeatureCollection", features });
export const NOTHING: Features = collection([]);

function polygon(ring: readonly Position[]): [number, number][][] {
  const first = ring[0];
  return first === undefined ? [] : [[...ring.map(pair), pair(first)]];
}

/** Points, segments with their figures, regions and boundaries of a case. */
export function seen(state: CaseState, table: Product<"segments">["data"] | null): Seen {
  const points: Feature[] = [];
  const mark = (kind: string, label: string, position: Position | null, about: string): void => {
    if (position) points.push({ type: "Feature", properties: { kind, label, about }, geometry: { type: "Point", coordinates: pair(position) } });
  };
  const { area, evidence, decisions, assignments } = state;
  for (const s of Object.values(evidence.statements)) if (s.withdrawn === null) mark("statement", s.id, s.position, `${s.witness}: ${s.text}`);
  for (const c of Object.values(evidence.clues)) if (c.withdrawn === null) mark("clue", `${c.id} ${c.name}`, c.position, c.description || c.name);
  for (const kind of ["pls", "lkp"] as const) {
    const latest = area.points.filter((p) => p.kind === kind).at(-1);
    if (latest && !samePlace(latest.position, area.ipp?.position)) mark(kind, kind.toUpperCase(), latest.position, latest.place);
  }
  if (area.ipp) mark("ipp", `IPP (${area.ipp.kind.toUpperCase()})`, area.ipp.position, area.ipp.place);
  if (decisions.find) mark("find", "Find", decisions.find.position, `Found, ${decisions.find.condition}.`);

  const busy = new Map(Object.values(assignments.assignments).filter((a) => a.status === "draft" || a.status === "dispatched").map((a) => [a.segment, a]));
  const figures = new Map(table?.segments.map((row) => [row.id, row]));
  const segments = Object.values(area.segments).filter((s) => s.retired === null && s.ring.length > 2).map((s): Feature => {
    const row = figures.get(s.id);
    return {
      type: "Feature",
      properties: {
        id: s.id, name: s.name, label: row ? `${s.name}\n${percent(row.poa)}` : s.name, poa: row?.poa ?? null,
        use: busy.get(s.id)?.status ?? (row && row.searched_times > 0 ? "searched" : "free"),
      },
      geometry: { type: "Polygon", coordinates: polygon(s.ring) },
    };
  });
  const regions = Object.values(area.regions).filter((r) => r.retired === null && r.ring.length > 2).map((r): Feature => ({
    type: "Feature", properties: { id: r.id, name: r.name }, geometry: { type: "Polygon", coordinates: polygon(r.ring) },
  }));
  const boundaries = Object.values(area.boundaries).map((b): Feature => ({
    type: "Feature", properties: { id: b.id, name: b.name, kind: b.kind, watched: b.watches.length > 0 },
    geometry: { type: "LineString", coordinates: b.line.map(pair) },
  }));
  return { points: collection(points), segments: collection(segments), regions: collection(regions), boundaries: collection(boundaries) };
}

function samePlace(a: Position, b: Position | undefined): boolean {
  return b !== undefined && a.lat_deg === b.lat_deg && a.lon_deg === b.lon_deg;
}

/** The box around everything drawn: [west, south, east, north], or null where there is nothing. */
export function extent(parts: readonly Features[]): [number, number, number, number] | null {
  let box: [number, number, number, number] | null = null;
  for (const { features } of parts) {
    for (const { geometry } of features) {
      const held = geometry.type === "Point" ? [geometry.coordinates] : geometry.type === "LineString" ? geometry.coordinates : geometry.coordinates.flat();
      for (const [x, y] of held) {
        box = box === null ? [x, y, x, y] : [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
      }
    }
  }
  return box;
}
