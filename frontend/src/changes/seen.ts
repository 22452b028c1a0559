/** From the state of a case to what the map shows of it. Longitude comes first only here, as GeoJSON wants it. */

import type { CaseState, Position } from "../api/state";
import type { Product } from "../api/products";
import type { Proposal } from "../api/segments";
import { hours, percent } from "../lib/format";

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

/** How a segment with an open assignment is drawn. */
const USES: Record<string, string> = { draft: "draft", approved: "draft", stopped: "draft", dispatched: "dispatched", back: "dispatched" };

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
  const { area, evidence, decisions, assignments, tasking } = state;
  for (const s of Object.values(evidence.statements)) if (s.withdrawn === null) mark("statement", s.id, s.position, `${s.witness}: ${s.text}`);
  for (const c of Object.values(evidence.clues)) if (c.withdrawn === null) mark("clue", `${c.id} ${c.name}`, c.position, c.description || c.name);
  for (const p of Object.values(state.photographs?.photographs ?? {})) {
    // where a portrait was taken is seldom the search's business, and often somebody's home
    if (p.withdrawn === null && (p.of !== "subject" || p.placed_by_hand)) mark("photograph", p.id, p.marker_position, `${p.caption || `Photograph of ${p.of}`}${p.placed_by_hand ? " (placed by hand)" : ""}`);
  }
  for (const kind of ["pls", "lkp"] as const) {
    const latest = area.points.filter((p) => p.kind === kind).at(-1);
    if (latest && !samePlace(latest.position, area.ipp?.position)) mark(kind, kind.toUpperCase(), latest.position, latest.place);
  }
  mark("base", tasking.base_name || "Base", tasking.base, "Teams set out from here.");
  if (area.ipp) mark("ipp", `IPP (${area.ipp.kind.toUpperCase()})`, area.ipp.position, area.ipp.place);
  if (decisions.find) mark("find", "Find", decisions.find.position, `Found, ${decisions.find.condition}.`);

  const busy = new Map(Object.values(assignments.assignments).filter((a) => a.status in USES).map((a) => [a.segment, a]));
  const figures = new Map(table?.segments.map((row) => [row.id, row]));
  const segments = Object.values(area.segments).filter((s) => s.retired === null && s.ring.length > 2).flatMap((s): Feature[] => {
    const row = figures.get(s.id);
    const properties = {
      id: s.id, name: s.name, label: row ? `${s.name}\n${percent(row.poa)}` : s.name, poa: row?.poa ?? null,
      use: USES[busy.get(s.id)?.status ?? ""] ?? (row && row.searched_times > 0 ? "searched" : "free"),
    };
    // the name stands at one point: on a polygon the map would repeat it in every tile
    return [
      { type: "Feature", properties, geometry: { type: "Polygon", coordinates: polygon(s.ring) } },
      { type: "Feature", properties, geometry: { type: "Point", coordinates: middle(s.ring) } },
    ];
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

/** Segments that the ground proposes, with their hours. */
export function proposed(proposal: Proposal | null): Features {
  return collection((proposal?.segments ?? []).flatMap((s): Feature[] => {
    const properties = { name: s.name, label: `${s.name}\n${hours(s.hours)}` };
    return [
      { type: "Feature", properties, geometry: { type: "Polygon", coordinates: polygon(s.ring) } },
      { type: "Feature", properties, geometry: { type: "Point", coordinates: middle(s.ring) } },
    ];
  }));
}

/** Places that somebody asked to see. */
export function marked(list: readonly { label: string; position: Position }[]): Features {
  return collection(list.map((m): Feature => ({
    type: "Feature", properties: { label: m.label }, geometry: { type: "Point", coordinates: pair(m.position) },
  })));
}

/** The centroid of a ring, by the shoelace formula; of a ring without area, the mean of its corners. */
export function middle(ring: readonly Position[]): [number, number] {
  const corners = ring.map(pair);
  const [x0, y0] = corners[0] ?? [0, 0];
  let [twice, x, y] = [0, 0, 0];
  corners.forEach(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length] ?? [ax, ay];
    const cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0);
    twice += cross;
    x += cross * (ax + bx - 2 * x0);
    y += cross * (ay + by - 2 * y0);
  });
  if (twice === 0) return [corners.reduce((sum, c) => sum + c[0], 0) / corners.length, corners.reduce((sum, c) => sum + c[1], 0) / corners.length];
  return [x0 + x / (3 * twice), y0 + y / (3 * twice)];
}

function samePlace(a: Position, b: Position | undefined): boolean {
  return b !== undefined && a.lat_deg === b.lat_deg && a.lon_deg === b.lon_deg;
}

/** What is drawn, reduced to what its extent needs. */
interface Drawn {
  features: { geometry: Feature["geometry"] }[];
}

/** The box around everything drawn: [west, south, east, north], or null where there is nothing. */
export function extent(parts: readonly Drawn[]): [number, number, number, number] | null {
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
