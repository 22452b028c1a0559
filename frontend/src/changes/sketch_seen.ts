/** From drafts to what the map shows of them, and what of them lies under the pointer. */

import type { CaseState, Position } from "../api/state";
import type { Feature, Features } from "./seen";
import { middle } from "./seen";
import { formOf, hasEnough, type Draft, type Drafts } from "./sketch";
import { between, inside, nearest, parts, type Xy } from "./sketch_geometry";
import { mercator, type SnapLine } from "./snap";

/** What is under the pointer while something is drawn. */
export interface Ghost {
  position: Position;
  /** The corners of the way that is followed up to there. */
  way: readonly Position[];
  /** What it snapped to, if anything. */
  label: string | null;
  isCorner: boolean;
}

const pair = (p: Position): [number, number] => [p.lon_deg, p.lat_deg];

/** An outline or line closed or not, as GeoJSON wants it. */
const path = (positions: readonly Position[], isClosed: boolean): [number, number][] => {
  const first = positions[0];
  return [...positions, ...(isClosed && first ? [first] : [])].map(pair);
};

type Properties = Feature["properties"];

class Canvas {
  readonly features: Feature[] = [];

  point(role: string, [lon, lat]: readonly [number, number], properties: Properties = {}): void {
    this.features.push({ type: "Feature", properties: { role, ...properties }, geometry: { type: "Point", coordinates: [lon, lat] } });
  }
  line(role: string, coordinates: [number, number][], properties: Properties = {}): void {
    if (coordinates.length > 1) this.features.push({ type: "Feature", properties: { role, ...properties }, geometry: { type: "LineString", coordinates } });
  }
  fill(role: string, ring: readonly Position[], properties: Properties = {}): void {
    if (ring.length > 2) this.features.push({ type: "Feature", properties: { role, ...properties }, geometry: { type: "Polygon", coordinates: [path(ring, true)] } });
  }
}

/** The drafts, and the handles of the one that is active. */
export function sketched(drafts: Drafts, active: string | null, corner: number | null): Features {
  const canvas = new Canvas();
  for (const draft of drafts) {
    const form = formOf(draft);
    const isActive = draft.id === active;
    const about = { id: draft.id, kind: draft.kind, active: isActive, wrong: draft.fault !== null };
    const label = draft.name;
    if (form === "point") {
      for (const p of draft.positions) canvas.point("marker", pair(p), { ...about, label });
      continue;
    }
    const isOutline = form === "outline" && draft.isDone;
    if (isOutline) canvas.fill("draft", draft.positions, about);
    canvas.line("draft", path(draft.positions, isOutline), about);
    if (draft.isDone && label && hasEnough(draft) && form !== "none") {
      canvas.point("name", isOutline ? middle(draft.positions) : pair(draft.positions[draft.positions.length >> 1] as Position), { label });
    }
    if (!isActive) continue;
    draft.positions.forEach((p, i) => canvas.point("corner", pair(p), { at: i, picked: i === corner }));
    if (draft.isDone) for (const { position, at } of middles(draft)) canvas.point("middle", pair(position), { at });
  }
  return { type: "FeatureCollection", features: canvas.features };
}

interface Named {
  name: string;
  ring: readonly Position[];
}
interface Held {
  kind: "point" | "line" | "polygon";
  name: string;
  positions: readonly Position[];
}

/** What is not drawn yet: the corner under the pointer, what the desk would make of it, what a dropped file holds. */
export function ghostly(draft: Draft | null, ghost: Ghost | null, preview: readonly Named[], held: readonly Held[]): Features {
  const canvas = new Canvas();
  for (const { kind, name, positions } of held) {
    if (kind === "point") for (const p of positions) canvas.point("held", pair(p), { label: name });
    else canvas.line("held", path(positions, kind === "polygon"));
  }
  preview.forEach(({ name, ring }, i) => {
    canvas.fill("preview", ring, { part: i % 2 });
    canvas.line("preview", path(ring, true));
    canvas.point("preview", middle(ring), { label: name });
  });
  if (ghost !== null) {
    const last = draft?.positions.at(-1);
    const first = draft?.positions[0];
    if (draft && !draft.isDone && last && first && formOf(draft) !== "point") {
      canvas.line("ghost", [last, ...ghost.way, ghost.position].map(pair));
      if (formOf(draft) === "outline" && draft.positions.length > 1) canvas.line("closing", [ghost.position, first].map(pair));
    }
    if (ghost.label !== null) canvas.point("snap", pair(ghost.position), { label: ghost.label, corner: ghost.isCorner });
  }
  return { type: "FeatureCollection", features: canvas.features };
}

/** Where a corner can be dragged out of an edge; `at` is its place among the corners. */
export function middles(draft: Draft): { position: Position; at: number }[] {
  const { positions } = draft;
  const isOutline = formOf(draft) === "outline";
  return positions.flatMap((p, i) => {
    const next = positions[i + 1] ?? (isOutline && positions.length > 2 ? positions[0] : undefined);
    return next ? [{ position: between(p, next), at: i + 1 }] : [];
  });
}

export type Hit = { what: "corner" | "middle"; at: number } | { what: "draft"; id: string };

/** What of the drafts lies within reach (on the map's plane) of a place: a handle of the active one, or another's edge. */
export function under(position: Position, reach: number, drafts: Drafts, active: string | null): Hit | null {
  const here = mercator(position);
  const away = (p: Position): number => {
    const at = mercator(p);
    return Math.hypot(at[0] - here[0], at[1] - here[1]);
  };
  const held = drafts.find((d) => d.id === active);
  if (held) {
    const corner = closest(held.positions.map(away), reach);
    if (corner !== null) return { what: "corner", at: corner };
    if (held.isDone && formOf(held) !== "point") {
      const mids = middles(held);
      const mid = closest(mids.map((m) => away(m.position)), reach);
      if (mid !== null) return { what: "middle", at: mids[mid]?.at ?? 0 };
    }
  }
  for (const draft of [...drafts].reverse()) {
    const isOutline = formOf(draft) === "outline";
    const xy = [...draft.positions, ...(isOutline && draft.positions[0] ? [draft.positions[0]] : [])].map(mercator);
    const far = xy.length === 1 ? away(draft.positions[0] as Position) : Math.min(Infinity, ...xy.slice(1).map((b, i) => nearest(xy[i] as Xy, b, here).away));
    if (far <= reach) return { what: "draft", id: draft.id };
  }
  return null;
}

function closest(distances: readonly number[], reach: number): number | null {
  let best: number | null = null;
  distances.forEach((far, i) => {
    if (far <= reach && (best === null || far < (distances[best] as number))) best = i;
  });
  return best;
}

/** The segment in use at a place, by its ring; the smallest where several lie there. */
export function segmentAt(state: CaseState, position: Position): string | null {
  const here = mercator(position);
  const found = Object.values(state.area.segments).filter((s) => s.retired === null && s.ring.length > 2 && inside(s.ring.map(mercator), here));
  const size = (ring: readonly Position[]): number => {
    const xy = ring.map(mercator);
    return Math.abs(xy.reduce((sum, [ax, ay], i) => {
      const [bx, by] = xy[(i + 1) % xy.length] ?? [ax, ay];
      return sum + ax * by - bx * ay;
    }, 0));
  };
  return found.sort((a, b) => size(a.ring) - size(b.ring))[0]?.id ?? null;
}

/** The segments in use that a line cuts, or only the chosen one, with their parts. */
export function cuts(state: CaseState | null, line: readonly Position[], chosen: string | null): { segment: string; parts: Position[][] }[] {
  return Object.values(state?.area.segments ?? {}).flatMap((s) => {
    const made = s.retired === null && (chosen === null || s.id === chosen) ? parts(s.ring, line).parts : null;
    return made === null ? [] : [{ segment: s.id, parts: made }];
  });
}

interface Lines {
  features: { properties: { kind: string }; geometry: { coordinates: [number, number][] } }[];
}

/** Everything that can be snapped to: the ground's lines, outlines of the case, and the drafts that are finished. */
export function snapLines(state: CaseState | null, ground: Lines | null, drafts: Drafts): SnapLine[] {
  const out: SnapLine[] = (ground?.features ?? []).map(({ properties, geometry }) => ({
    label: properties.kind, about: "", positions: geometry.coordinates.map(([lon_deg, lat_deg]) => ({ lat_deg, lon_deg })),
  }));
  const ring = (label: string, about: string, positions: readonly Position[]): void => {
    const first = positions[0];
    if (first) out.push({ label, about, positions: [...positions, first] });
  };
  if (state) {
    for (const s of Object.values(state.area.segments)) if (s.retired === null) ring(s.name, s.id, s.ring);
    for (const r of Object.values(state.area.regions)) if (r.retired === null) ring(r.name, r.id, r.ring);
    for (const b of Object.values(state.area.boundaries)) out.push({ label: b.name, about: b.id, positions: b.line });
  }
  for (const d of drafts) {
    if (!d.isDone || d.kind === "split" || d.kind === "merge" || d.kind === "marker") continue;
    if (formOf(d) === "outline") ring(d.name, d.id, d.positions);
    else out.push({ label: d.name, about: d.id, positions: d.positions });
  }
  return out;
}
