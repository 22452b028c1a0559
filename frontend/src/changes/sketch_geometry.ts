/** Lines and outlines in metres around a place: lengths, areas, crossings, and where a line cuts an outline. */

import type { Position } from "../api/state";

/** East and north in metres. */
export type Xy = readonly [number, number];
export type Ring = readonly Position[];

const DEGREE = Math.PI / 180;
// WGS 84: the semi-major axis in metres and the first eccentricity squared
const AXIS_M = 6_378_137;
const ECCENTRICITY_2 = 0.006_694_379_990_14;
/** Nearer than this is the same place; the desk says the same of edges (base/rings.py). */
export const SAME_M = 0.1;

/** Metres on the plane that touches the ellipsoid at a place, and back; good over some tens of kilometres. */
export interface Plane {
  xy: (position: Position) => Xy;
  position: (xy: Xy) => Position;
}

export function planeAt(origin: Position): Plane {
  const phi = origin.lat_deg * DEGREE;
  const w = 1 - ECCENTRICITY_2 * Math.sin(phi) ** 2;
  const north = ((AXIS_M * (1 - ECCENTRICITY_2)) / w ** 1.5) * DEGREE;
  const east = (AXIS_M / Math.sqrt(w)) * Math.cos(phi) * DEGREE;
  return {
    xy: (p) => [(p.lon_deg - origin.lon_deg) * east, (p.lat_deg - origin.lat_deg) * north],
    position: ([x, y]) => ({ lat_deg: origin.lat_deg + y / north, lon_deg: origin.lon_deg + x / east }),
  };
}

export const samePlace = (a: Position, b: Position): boolean => a.lat_deg === b.lat_deg && a.lon_deg === b.lon_deg;

const apart = (a: Xy, b: Xy): number => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** Length of a line in metres; of an outline with the edge that closes it. */
export function length_m(positions: Ring, isClosed = false): number {
  const [first] = positions;
  if (first === undefined) return 0;
  const line = (isClosed ? [...positions, first] : positions).map(planeAt(middleOf(positions)).xy);
  return line.slice(1).reduce((sum, xy, i) => sum + apart(line[i] ?? xy, xy), 0);
}

/** Area inside an outline in square metres. */
export function area_m2(ring: Ring): number {
  return ring.length < 3 ? 0 : Math.abs(twiceArea(ring.map(planeAt(middleOf(ring)).xy))) / 2;
}

function middleOf(positions: Ring): Position {
  const n = positions.length;
  return {
    lat_deg: positions.reduce((sum, p) => sum + p.lat_deg, 0) / n,
    lon_deg: positions.reduce((sum, p) => sum + p.lon_deg, 0) / n,
  };
}

/** Twice the area, positive where the ring runs counter-clockwise. */
function twiceArea(ring: readonly Xy[]): number {
  return ring.reduce((sum, [ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length] ?? [ax, ay];
    return sum + ax * by - bx * ay;
  }, 0);
}

/** The middle of a piece of a line, where a new corner can be dragged out. */
export const between = (a: Position, b: Position): Position => ({ lat_deg: (a.lat_deg + b.lat_deg) / 2, lon_deg: (a.lon_deg + b.lon_deg) / 2 });

/** Where two pieces of line meet: the point, and how far along each it lies (0 to 1); null where they do not. */
export function meeting(a: Xy, b: Xy, c: Xy, d: Xy): { at: Xy; s: number; t: number } | null {
  const [rx, ry, sx, sy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const cross = rx * sy - ry * sx;
  if (cross === 0) return null;
  const s = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / cross;
  const t = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / cross;
  return s < 0 || s > 1 || t < 0 || t > 1 ? null : { at: [a[0] + s * rx, a[1] + s * ry], s, t };
}

/** The first place where a line, or an outline, crosses or touches itself; null where it does not. */
export function crossing(positions: Ring, isClosed: boolean): Position | null {
  const n = positions.length;
  const pieces = isClosed ? n : n - 1;
  if (n < 3) return null;
  const plane = planeAt(middleOf(positions));
  const xy = positions.map(plane.xy);
  const end = (i: number): Xy => xy[i % n] as Xy;
  for (let i = 0; i < pieces; i += 1) {
    for (let k = i + 1; k < pieces; k += 1) {
      const [a, b, c, d] = [end(i), end(i + 1), end(k), end(k + 1)];
      const areNeighbours = k === i + 1 || (isClosed && i === 0 && k === pieces - 1);
      if (areNeighbours) {
        // neighbours share a corner; only one that runs back over the other touches it elsewhere
        const [corner, one, other] = k === i + 1 ? [b, a, d] : [a, b, c];
        const turn = (one[0] - corner[0]) * (other[1] - corner[1]) - (one[1] - corner[1]) * (other[0] - corner[0]);
        const same = (one[0] - corner[0]) * (other[0] - corner[0]) + (one[1] - corner[1]) * (other[1] - corner[1]);
        if (Math.abs(turn) <= 1e-9 * apart(corner, one) * apart(corner, other) && same > 0) return plane.position(corner);
        continue;
      }
      const met = meeting(a, b, c, d);
      if (met) return plane.position(met.at);
    }
  }
  return null;
}

/** Whether a place lies inside an outline. */
export function inside(ring: readonly Xy[], [x, y]: Xy): boolean {
  let isIn = false;
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length] ?? [ax, ay];
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) isIn = !isIn;
  });
  return isIn;
}

/** The nearest point on a piece of line, and how far along it lies (0 to 1). */
export function nearest(a: Xy, b: Xy, [x, y]: Xy): { at: Xy; t: number; away: number } {
  const [rx, ry] = [b[0] - a[0], b[1] - a[1]];
  const square = rx * rx + ry * ry;
  const t = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - a[0]) * rx + (y - a[1]) * ry) / square));
  const at: Xy = [a[0] + t * rx, a[1] + t * ry];
  return { at, t, away: apart(at, [x, y]) };
}

export type Cut = { parts: Position[][]; why: null } | { parts: null; why: "crosses_itself" | "ends_inside" | "misses" };

interface Crossing {
  at: Xy;
  /** Piece of the ring and how far along it. */
  edge: number;
  t: number;
  /** How far along the line: piece plus fraction. */
  along: number;
}

/**
 * The parts into which a line cuts an outline, as a preview: the desk cuts on its own grid.
 *
 * Each stretch of the line between two crossings that lies inside cuts one part in two; parts share the corners of
 * the cut to the last bit, so that their areas make the whole again.
 */
export function parts(ring: Ring, line: Ring): Cut {
  if (crossing(line, false)) return { parts: null, why: "crosses_itself" };
  if (ring.length < 3 || line.length < 2) return { parts: null, why: "misses" };
  const plane = planeAt(middleOf(ring));
  const xy = ring.map(plane.xy);
  const cut = beyondEnds(xy, line.map(plane.xy));
  if (cut === null) return { parts: null, why: "ends_inside" };
  let pieces: Xy[][] = [xy];
  // one chord at a time: each lies in exactly one of the parts so far
  for (const chord of chords(xy, cut)) {
    pieces = pieces.flatMap((piece) => halves(piece, chord) ?? [piece]);
  }
  if (pieces.length < 2) return { parts: null, why: "misses" };
  const known = new Map(ring.map((p, i) => [(xy[i] as Xy).join(), p]));
  return { parts: pieces.map((piece) => piece.map((p) => known.get(p.join()) ?? plane.position(p))), why: null };
}

/** The line with an end that lies on the edge drawn on a little beyond it; null where an end lies inside. */
function beyondEnds(ring: readonly Xy[], line: readonly Xy[]): Xy[] | null {
  const out = [...line];
  for (const [end, next] of [[0, 1], [line.length - 1, line.length - 2]] as const) {
    const [p, q] = [line[end] as Xy, line[next] as Xy];
    const edge = Math.min(...ring.map((a, i) => nearest(a, ring[(i + 1) % ring.length] as Xy, p).away));
    if (edge <= SAME_M) {
      const far = apart(p, q) || 1;
      const step = (2 * SAME_M) / far;
      out[end] = [p[0] + (p[0] - q[0]) * step, p[1] + (p[1] - q[1]) * step];
      if (inside(ring, out[end])) return null; // along its edge, and back in
    } else if (inside(ring, p)) return null;
  }
  return out;
}

/** The stretches of a line inside a ring, each from edge to edge. */
function chords(ring: readonly Xy[], line: readonly Xy[]): Xy[][] {
  const met: Crossing[] = [];
  line.slice(1).forEach((b, k) => {
    const a = line[k] as Xy;
    ring.forEach((c, i) => {
      const found = meeting(a, b, c, ring[(i + 1) % ring.length] as Xy);
      if (found) met.push({ at: found.at, edge: i, t: found.t, along: k + found.s });
    });
  });
  met.sort((a, b) => a.along - b.along);
  const out: Xy[][] = [];
  met.slice(1).forEach((to, i) => {
    const from = met[i] as Crossing;
    if (to.along - from.along < 1e-12) return; // a corner of the ring meets both of its edges
    const corners = line.filter((_, k) => k > from.along && k < to.along);
    const chord = [from.at, ...corners, to.at];
    const [a, b] = [chord[0] as Xy, chord[1] as Xy];
    if (inside(ring, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2])) out.push(chord);
  });
  return out;
}

/** A ring cut along a chord whose ends lie on its edge; null where they do not. */
function halves(ring: readonly Xy[], chord: readonly Xy[]): Xy[][] | null {
  const ends = [chord[0] as Xy, chord.at(-1) as Xy].map((end) => {
    const edge = ring.findIndex((a, i) => nearest(a, ring[(i + 1) % ring.length] as Xy, end).away <= SAME_M / 100);
    return edge < 0 ? null : { edge, t: nearest(ring[edge] as Xy, ring[(edge + 1) % ring.length] as Xy, end).t };
  });
  const [from, to] = ends;
  if (!from || !to) return null;
  const middle = chord.length > 2 ? (chord[1] as Xy) : ([((chord[0] as Xy)[0] + (chord[1] as Xy)[0]) / 2, ((chord[0] as Xy)[1] + (chord[1] as Xy)[1]) / 2] as Xy);
  if (!inside(ring, middle)) return null;
  const walk = (a: typeof from, b: typeof from): Xy[] => {
    const out: Xy[] = [];
    const n = ring.length;
    const count = a.edge === b.edge && b.t >= a.t ? 0 : ((b.edge - a.edge + n) % n) || n;
    for (let i = 1; i <= count; i += 1) out.push(ring[(a.edge + i) % n] as Xy);
    return out;
  };
  const clean = (made: Xy[]): Xy[] => made.filter((p, i) => apart(p, made[(i + made.length - 1) % made.length] as Xy) > SAME_M / 100);
  return [clean([...chord, ...walk(to, from)]), clean([...[...chord].reverse(), ...walk(from, to)])];
}
