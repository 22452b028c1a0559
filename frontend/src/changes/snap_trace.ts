/** Following lines: the shortest way along trails, streams, roads and edges from one snapped place to another. */

import type { Position } from "../api/state";
import type { Snap, SnapLine } from "./snap";
import { length_m, planeAt, type Plane, type Xy } from "./sketch_geometry";

/** A way along the lines longer than this many times the straight line is a detour nobody meant (own choice). */
export const LONGEST_DETOUR = 4;
/** Ends of lines this near to another line's corner are joined to it: maps are clipped and rounded. */
const JOIN_DEG = 1e-6;

interface Node {
  position: Position;
  xy: Xy;
}

/** The lines as places joined by pieces with their lengths in metres; upon a `base` as in `SnapIndex`. */
export class Network {
  readonly #base: Network | null;
  readonly #firstNode: number;
  readonly #firstLine: number;
  readonly #nodes: Node[] = [];
  readonly #to = new Map<number, Map<number, number>>();
  readonly #byPlace = new Map<string, number>();
  readonly #ids: number[][];
  readonly #plane: Plane;

  constructor(lines: readonly SnapLine[], base: Network | null = null) {
    this.#base = base !== null && base.#nodes.length > 0 ? base : null;
    this.#firstNode = this.#base === null ? 0 : this.#base.#nodes.length;
    this.#firstLine = base === null ? 0 : base.#ids.length;
    this.#plane = this.#base === null ? planeAt(lines[0]?.positions[0] ?? { lat_deg: 0, lon_deg: 0 }) : this.#base.#plane;
    this.#ids = lines.map((line) => line.positions.map((p) => this.#enter(p)));
    for (const ids of this.#ids) ids.slice(1).forEach((id, i) => this.#join(ids[i] as number, id));
  }

  /** The corners between two snapped places along the lines, both left out; null where no way is short enough. */
  trace(from: Snap, to: Snap): Position[] | null {
    if (from.line === to.line && from.piece === to.piece) return [];
    const straight = length_m([from.position, to.position]);
    const goal = this.#plane.xy(to.position);
    // from a place amid a piece there are two ways to begin, and two to end
    const starts = this.#ends(from);
    const ends = new Map(this.#ends(to));
    const best = new Map<number, number>();
    const back = new Map<number, number>();
    const open = new Heap();
    const longest = LONGEST_DETOUR * straight;
    for (const [id, far] of starts) {
      if (far < (best.get(id) ?? Infinity)) {
        best.set(id, far);
        open.push(id, far + this.#far(id, goal));
      }
    }
    let [shortest, last] = [longest, -1];
    for (let next = open.pop(); next !== null && next.cost <= shortest; next = open.pop()) {
      const { id } = next;
      const far = best.get(id) as number;
      const end = ends.get(id);
      if (end !== undefined && far + end < shortest) [shortest, last] = [far + end, id];
      for (const [other, piece] of this.#pieces(id)) {
        if (far + piece >= (best.get(other) ?? Infinity)) continue;
        best.set(other, far + piece);
        back.set(other, id);
        open.push(other, far + piece + this.#far(other, goal));
      }
    }
    if (last < 0) return null;
    const way: Position[] = [];
    for (let id: number | undefined = last; id !== undefined; id = back.get(id)) way.unshift(this.#node(id).position);
    const isEnd = (p: Position | undefined, end: Position): boolean => p !== undefined && Math.abs(p.lat_deg - end.lat_deg) < 1e-9 && Math.abs(p.lon_deg - end.lon_deg) < 1e-9;
    if (isEnd(way[0], from.position)) way.shift();
    if (isEnd(way.at(-1), to.position)) way.pop();
    return way;
  }

  #ends(snap: Snap): [number, number][] {
    const here = this.#plane.xy(snap.position);
    const ids = this.#base !== null && snap.line < this.#firstLine ? this.#base.#ids[snap.line] : this.#ids[snap.line - this.#firstLine];
    return [snap.piece, snap.piece + 1].flatMap((i): [number, number][] => {
      const id = ids?.[i];
      return id === undefined ? [] : [[id, this.#far(id, here)]];
    });
  }

  #node(id: number): Node {
    return (this.#base !== null && id < this.#firstNode ? this.#base.#nodes[id] : this.#nodes[id - this.#firstNode]) as Node;
  }

  *#pieces(id: number): Generator<[number, number]> {
    if (this.#base !== null) yield* this.#base.#to.get(id) ?? [];
    yield* this.#to.get(id) ?? [];
  }

  #far(id: number, [x, y]: Xy): number {
    const [a, b] = this.#node(id).xy;
    return Math.hypot(a - x, b - y);
  }

  #enter(position: Position): number {
    const key = `${Math.round(position.lat_deg / JOIN_DEG)} ${Math.round(position.lon_deg / JOIN_DEG)}`;
    const held = (this.#base === null ? undefined : this.#base.#byPlace.get(key)) ?? this.#byPlace.get(key);
    if (held !== undefined) return held;
    const id = this.#firstNode + this.#nodes.length;
    this.#byPlace.set(key, id);
    this.#nodes.push({ position, xy: this.#plane.xy(position) });
    return id;
  }

  #join(a: number, b: number): void {
    if (a === b) return;
    const piece = this.#far(a, this.#node(b).xy);
    for (const [from, to] of [[a, b], [b, a]] as const) {
      const held = this.#to.get(from);
      if (held) held.set(to, piece);
      else this.#to.set(from, new Map([[to, piece]]));
    }
  }
}

/** What is cheapest comes out first. */
class Heap {
  #held: { id: number; cost: number }[] = [];

  push(id: number, cost: number): void {
    const held = this.#held;
    held.push({ id, cost });
    for (let i = held.length - 1; i > 0; ) {
      const up = (i - 1) >> 1;
      if ((held[up] as { cost: number }).cost <= (held[i] as { cost: number }).cost) break;
      [held[up], held[i]] = [held[i] as { id: number; cost: number }, held[up] as { id: number; cost: number }];
      i = up;
    }
  }

  pop(): { id: number; cost: number } | null {
    const held = this.#held;
    const first = held[0];
    const last = held.pop();
    if (first === undefined || last === undefined) return null;
    if (held.length) {
      held[0] = last;
      for (let i = 0; ; ) {
        const cost = (k: number): number => held[k]?.cost ?? Infinity;
        const least = cost(2 * i + 1) <= cost(2 * i + 2) ? 2 * i + 1 : 2 * i + 2;
        if (cost(least) >= cost(i)) break;
        [held[least], held[i]] = [held[i] as { id: number; cost: number }, held[least] as { id: number; cost: number }];
        i = least;
      }
    }
    return first;
  }
}
