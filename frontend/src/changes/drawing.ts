/** Figures as coordinates of a small drawing: survival by hours with its interval. Pure, so that it can be checked by hand. */

export interface Point {
  hours: number;
  p_alive: number;
  low: number;
  high: number;
}

/** The box of the drawing in its own units, and the room that its labels take. */
export const BOX = { width: 320, height: 170, left: 34, right: 8, top: 8, bottom: 30 } as const;

export interface Curve {
  /** The last hour on the axis. */
  end_h: number;
  line: string;
  interval: string;
  x: (hours: number) => number;
  y: (share: number) => number;
  ticks_h: number[];
}

/** Paths of a curve over hours; `now_h` is kept on the axis even where no figure reaches it. */
export function curveOf(points: readonly Point[], now_h: number | null): Curve {
  const end_h = Math.max(1, ...points.map((p) => p.hours), now_h ?? 0);
  const x = (hours: number): number => tidy(BOX.left + (hours / end_h) * (BOX.width - BOX.left - BOX.right));
  const y = (share: number): number => tidy(BOX.top + (1 - share) * (BOX.height - BOX.top - BOX.bottom));
  const path = (pairs: readonly (readonly [number, number])[]): string =>
    pairs.map(([h, share], i) => `${i === 0 ? "M" : "L"}${x(h)} ${y(share)}`).join(" ");
  const low = points.map((p) => [p.hours, p.low] as const);
  const high = points.map((p) => [p.hours, p.high] as const);
  return {
    end_h, x, y,
    line: path(points.map((p) => [p.hours, p.p_alive] as const)),
    interval: points.length ? `${path([...low, ...high.reverse()])} Z` : "",
    ticks_h: ticks(end_h),
  };
}

const tidy = (value: number): number => Number(value.toFixed(2));

/** Whole hours on an axis, at most five steps. */
function ticks(end_h: number): number[] {
  const step = [1, 2, 3, 6, 12, 24, 48, 96].find((s) => end_h / s <= 5) ?? Math.ceil(end_h / 5);
  return Array.from({ length: Math.floor(end_h / step) + 1 }, (_, i) => i * step);
}
