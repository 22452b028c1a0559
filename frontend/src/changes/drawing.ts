/** Figures as coordinates of small drawings: survival by hours, a plan under several truths. Pure, to be checked by hand. */

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

export interface Truth {
  name: string;
  had: number;
  best: number;
}

/** Rows of a drawing of pairs: a name, and below it the bar of what is found within the outline of what was possible. */
export const PAIRS = { width: 320, row: 27, bar: 10, left: 2, right: 2, top: 4, bottom: 16 } as const;

export interface Pairs {
  height: number;
  /** The chance at the right edge. */
  end: number;
  x: (chance: number) => number;
  /** Round chances for the axis. */
  ticks: number[];
  rows: { name: string; text_y: number; bar_y: number; had: number; best: number }[];
}

export function pairsOf(truths: readonly Truth[]): Pairs {
  const most = Math.max(0, ...truths.flatMap((t) => [t.had, t.best]));
  const end = most > 0 ? most : 1;
  const width = PAIRS.width - PAIRS.left - PAIRS.right;
  return {
    end,
    height: PAIRS.top + truths.length * PAIRS.row + PAIRS.bottom,
    ticks: roundTicks(end),
    x: (chance) => tidy(PAIRS.left + (chance / end) * width),
    rows: truths.map((t, i) => {
      const top = PAIRS.top + i * PAIRS.row;
      return { name: t.name, text_y: top + 9, bar_y: top + 13, had: tidy((t.had / end) * width), best: tidy((t.best / end) * width) };
    }),
  };
}

/** 0 and the multiples of 1, 2 or 5 times a power of ten up to an end, at most five steps. */
function roundTicks(end: number): number[] {
  const ten = 10 ** Math.floor(Math.log10(end / 5));
  const step = [1, 2, 5, 10].map((n) => n * ten).find((s) => end / s <= 5 + 1e-9) ?? end;
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}
