/**
 * Snapping: the corner or edge of known lines that lies within some pixels of the pointer.
 *
 * Works on the map's own plane (Web Mercator, 0 to 1), where a pixel is a length; nothing is measured there.
 */

import type { Position } from "../api/state";
import { nearest, type Xy } from "./sketch_geometry";

/** A line that can be snapped to. Outlines name their first corner again at their end. */
export interface SnapLine {
  /** What it is, such as "trail" or the name of a segment. */
  label: string;
  /** The draft or segment that it belongs to, so that a thing is not snapped to itself. */
  about: string;
  positions: readonly Position[];
}

export interface Snap {
  position: Position;
  label: string;
  isCorner: boolean;
  /** The line, the piece of it, and how far along that piece (0 to 1). */
  line: number;
  piece: number;
  t: number;
}

/** How far one snaps, in pixels: a mouse, and a finger. */
export const SNAP_PX = { mouse: 12, touch: 24 } as const;
/** The map's tiles are this wide (MapLibre): a world of 512 * 2^zoom pixels. */
const TILE_PX = 512;
const CELLS = 2 ** 15;
/** Farther out than this many cells a pixel is too much ground to snap in. */
const WIDEST_CELLS = 6;

export function mercator({ lat_deg, lon_deg }: Position): Xy {
  const sine = Math.sin((Math.max(-85, Math.min(85, lat_deg)) * Math.PI) / 180);
  return [lon_deg / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

export function unmercator([x, y]: Xy): Position {
  return { lat_deg: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, lon_deg: (x - 0.5) * 360 };
}

/** Some pixels at a zoom as a length on the map's plane. */
export const pixels = (px: number, zoom: number): number => px / (TILE_PX * 2 ** zoom);

/**
 * Lines by the cells that they run through: what lies near a pointer is found without looking at every line.
 *
 * Lines that change stand upon those that do not (`base`, the ground's many), which are then read once.
 */
export class SnapIndex {
  readonly #base: SnapIndex | null;
  readonly #first: number;
  readonly #lines: readonly SnapLine[];
  readonly #xy: Xy[][];
  readonly #cells = new Map<number, [line: number, piece: number][]>();

  constructor(lines: readonly SnapLine[], base: SnapIndex | null = null) {
    this.#base = base;
    this.#first = base?.count ?? 0;
    this.#lines = lines;
    this.#xy = lines.map((line) => line.positions.map(mercator));
    this.#xy.forEach((line, i) => {
      for (let piece = 0; piece < line.length - 1; piece += 1) this.#enter(i, piece, line[piece] as Xy, line[piece + 1] as Xy);
    });
  }

  get count(): number {
    return this.#first + this.#lines.length;
  }

  line(at: number): SnapLine | null {
    return at < this.#first ? (this.#base?.line(at) ?? null) : (this.#lines[at - this.#first] ?? null);
  }

  /** The nearest corner within reach, or else the nearest edge; null where there is none. */
  snap(position: Position, reach: number, except: ReadonlySet<string> = new Set()): Snap | null {
    if (reach * CELLS > WIDEST_CELLS) return null;
    const here = mercator(position);
    let [corner, edge]: [Snap | null, Snap | null] = [null, null];
    let [cornerAway, edgeAway] = [reach, reach];
    for (const [line, piece, known, a, b] of this.#near(here, reach)) {
      if (except.has(known.about)) continue;
      for (const [end, at] of [[0, a], [1, b]] as const) {
        const away = Math.hypot(at[0] - here[0], at[1] - here[1]);
        if (away > cornerAway || (corner !== null && away === cornerAway)) continue;
        cornerAway = away;
        corner = { position: known.positions[piece + end] as Position, label: known.label, isCorner: true, line, piece, t: end };
      }
      const foot = nearest(a, b, here);
      if (foot.away > edgeAway || (edge !== null && foot.away === edgeAway)) continue;
      edgeAway = foot.away;
      edge = { position: unmercator(foot.at), label: known.label, isCorner: false, line, piece, t: foot.t };
    }
    return corner ?? edge;
  }

  #enter(line: number, piece: number, a: Xy, b: Xy): void {
    const [x0, x1] = ordered(a[0], b[0]);
    const [y0, y1] = ordered(a[1], b[1]);
    for (let x = x0; x <= x1; x += 1) {
      for (let y = y0; y <= y1; y += 1) {
        const key = x * CELLS + y;
        const cell = this.#cells.get(key);
        if (cell) cell.push([line, piece]);
        else this.#cells.set(key, [[line, piece]]);
      }
    }
  }

  *#near(here: Xy, reach: number): Generator<[line: number, piece: number, known: SnapLine, a: Xy, b: Xy]> {
    if (this.#base) yield* this.#base.#near(here, reach);
    const [x0, x1] = ordered(here[0] - reach, here[0] + reach);
    const [y0, y1] = ordered(here[1] - reach, here[1] + reach);
    for (let i = x0; i <= x1; i += 1) {
      for (let k = y0; k <= y1; k += 1) {
        for (const [line, piece] of this.#cells.get(i * CELLS + k) ?? []) {
          const xy = this.#xy[line] as Xy[];
          yield [this.#first + line, piece, this.#lines[line] as SnapLine, xy[piece] as Xy, xy[piece + 1] as Xy];
        }
      }
    }
  }
}

function ordered(a: number, b: number): [number, number] {
  return [Math.floor(Math.min(a, b) * CELLS), Math.floor(Math.max(a, b) * CELLS)];
}
