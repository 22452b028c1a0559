/**
 * Checks that an answer of the server has the shape this page relies on.
 *
 * A check takes an unknown value and gives it back typed, or throws a ShapeError that says where it
 * differs. Fields that nobody asked for are dropped: a newer server may send more.
 */

export type Check<T> = (value: unknown, path: string) => T;
export type Checked<C> = C extends Check<infer T> ? T : never;

export class ShapeError extends Error {
  constructor(path: string, expected: string, value: unknown) {
    super(`${path}: expected ${expected}, got ${describe(value)}`);
    this.name = "ShapeError";
  }
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `${typeof value} ${JSON.stringify(value).slice(0, 40)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const text: Check<string> = (value, path) => {
  if (typeof value !== "string") throw new ShapeError(path, "text", value);
  return value;
};

export const number: Check<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new ShapeError(path, "a number", value);
  return value;
};

/** A fraction in [0, 1]; sums of floats may overshoot by a rounding error. */
export const fraction: Check<number> = (value, path) => {
  const found = number(value, path);
  if (found < -1e-9 || found > 1 + 1e-9) throw new ShapeError(path, "a fraction in [0, 1]", value);
  return found;
};

export const truth: Check<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new ShapeError(path, "true or false", value);
  return value;
};

/** A time as ISO 8601 text with its zone; kept as text. */
export const time: Check<string> = (value, path) => {
  const found = text(value, path);
  if (Number.isNaN(Date.parse(found))) throw new ShapeError(path, "a time", value);
  return found;
};

export const anything: Check<unknown> = (value) => value;

export function oneOf<const T extends string>(...words: readonly T[]): Check<T> {
  return (value, path) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new ShapeError(path, `one of ${words.join(", ")}`, value);
    return found;
  };
}

/** The checked value, or null where the server sent null or left the field out. */
export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null || value === undefined ? null : check(value, path));
}

export function list<T>(check: Check<T>): Check<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, "a list", value);
    return value.map((item: unknown, i) => check(item, `${path}[${i}]`));
  };
}

/** An object used as a table of values by id. */
export function table<T>(check: Check<T>): Check<Record<string, T>> {
  return (value, path) => {
    if (!isObject(value)) throw new ShapeError(path, "a table", value);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, check(item, `${path}.${key}`)]));
  };
}

export function record<S extends Record<string, Check<unknown>>>(shape: S): Check<{ [K in keyof S]: Checked<S[K]> }> {
  return (value, path) => {
    if (!isObject(value)) throw new ShapeError(path, "an object", value);
    const out: Record<string, unknown> = {};
    for (const [key, check] of Object.entries(shape)) out[key] = check(value[key], `${path}.${key}`);
    return out as { [K in keyof S]: Checked<S[K]> };
  };
}

const coordinates: Check<[number, number]> = (value, path) => {
  if (!Array.isArray(value) || value.length < 2) throw new ShapeError(path, "[longitude, latitude]", value);
  return [number(value[0], path), number(value[1], path)];
};

/** A GeoJSON FeatureCollection of lines whose properties have the given shape. */
export function lines<P>(properties: Check<P>): Check<LineCollection<P>> {
  const feature = record({
    type: oneOf("Feature"),
    properties,
    geometry: record({ type: oneOf("LineString"), coordinates: list(coordinates) }),
  });
  const collection = record({ type: oneOf("FeatureCollection"), features: list(feature) });
  return (value, path) => collection(value, path) as LineCollection<P>;
}

export interface LineCollection<P> {
  type: "FeatureCollection";
  features: { type: "Feature"; properties: P; geometry: { type: "LineString"; coordinates: [number, number][] } }[];
}
