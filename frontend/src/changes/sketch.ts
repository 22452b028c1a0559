/** Drafts: what was drawn and is not in the case yet; every change to them with its way back. */

import type { Position } from "../api/state";

export const KINDS = ["segment", "region", "boundary", "route", "marker", "split", "redraw", "merge"] as const;
export type DraftKind = (typeof KINDS)[number];
export type Form = "outline" | "line" | "point" | "none";

/** Something drawn. `about` holds the segments that a cut, a join or a moved edge is about. */
export interface Draft {
  id: string;
  /** The order in which they were begun. */
  n: number;
  kind: DraftKind;
  name: string;
  positions: readonly Position[];
  /** No more corners are added at its end. */
  isDone: boolean;
  about: readonly string[];
  fields: Readonly<Record<string, string | boolean>>;
  /** Why the desk did not take it, in its words. */
  fault: string | null;
}
export type Drafts = readonly Draft[];

export const FORMS: Record<DraftKind, Form> = {
  segment: "outline", region: "outline", redraw: "outline", boundary: "line", route: "line", split: "line", marker: "point", merge: "none",
};
/** Fewer corners than this are no such shape. */
export const LEAST: Record<Form, number> = { outline: 3, line: 2, point: 1, none: 0 };

export const formOf = (draft: Draft): Form => FORMS[draft.kind];
export const hasEnough = (draft: Draft): boolean => draft.positions.length >= LEAST[formOf(draft)];

/** What became of a draft that was sent: the entry, or why not. */
export interface Outcome {
  id: string;
  name: string;
  seq: number | null;
  fault: string | null;
}

/** Drafts before and after; null is none. Swapped, it is the way back. */
export interface Change {
  puts: readonly { id: string; before: Draft | null; after: Draft | null }[];
  /** Changes of one key that follow each other are one step, such as the letters of a name. */
  key: string | null;
}

export const inverse = (change: Change): Change => ({
  puts: [...change.puts].reverse().map(({ id, before, after }) => ({ id, before: after, after: before })), key: change.key,
});

export function applied(drafts: Drafts, change: Change): Drafts {
  const held = new Map(drafts.map((d) => [d.id, d]));
  for (const { id, after } of change.puts) {
    if (after === null) held.delete(id);
    else held.set(id, after);
  }
  return [...held.values()].sort((a, b) => a.n - b.n);
}

/** The drafts with what was done and undone; all of it stays while the page is open. */
export interface History {
  drafts: Drafts;
  done: readonly Change[];
  undone: readonly Change[];
}

export const began = (drafts: Drafts): History => ({ drafts, done: [], undone: [] });

export function changed(history: History, change: Change): History {
  const last = history.done.at(-1);
  const drafts = applied(history.drafts, change);
  if (last && change.key !== null && last.key === change.key && history.undone.length === 0) {
    const puts = change.puts.map((put) => ({ ...put, before: last.puts.find((p) => p.id === put.id)?.before ?? put.before }));
    return { drafts, done: [...history.done.slice(0, -1), { puts, key: change.key }], undone: [] };
  }
  return { drafts, done: [...history.done, change], undone: [] };
}

export function undone(history: History): History {
  const last = history.done.at(-1);
  if (last === undefined) return history;
  return { drafts: applied(history.drafts, inverse(last)), done: history.done.slice(0, -1), undone: [...history.undone, last] };
}

export function redone(history: History): History {
  const last = history.undone.at(-1);
  if (last === undefined) return history;
  return { drafts: applied(history.drafts, last), done: [...history.done, last], undone: history.undone.slice(0, -1) };
}

/** A draft is in the case now: it is gone, and no undo or redo brings it back to be sent twice. */
export function settled(history: History, id: string): History {
  const without = (changes: readonly Change[]): Change[] =>
    changes.map((c) => ({ ...c, puts: c.puts.filter((p) => p.id !== id) })).filter((c) => c.puts.length > 0);
  return { drafts: history.drafts.filter((d) => d.id !== id), done: without(history.done), undone: without(history.undone) };
}

/** What another page of this browser did with a draft (null: it is gone there); not a step of this page's. */
export function told(history: History, id: string, draft: Draft | null): History {
  if (draft === null) return settled(history, id);
  return { ...history, drafts: applied(history.drafts, { puts: [{ id, before: null, after: draft }], key: null }) };
}

const put = (before: Draft, after: Partial<Draft>, key: string | null = null): Change => ({
  // what was changed since the desk refused it may be right now
  puts: [{ id: before.id, before, after: { ...before, fault: null, ...after } }], key,
});

export const begun = (draft: Draft): Change => ({ puts: [{ id: draft.id, before: null, after: draft }], key: null });
export const dropped = (drafts: Drafts): Change => ({ puts: drafts.map((d) => ({ id: d.id, before: d, after: null })), key: null });

/** More corners at the end: one click, with the corners of the way that was followed. */
export const extended = (draft: Draft, more: readonly Position[]): Change => put(draft, { positions: [...draft.positions, ...more] });
export const moved = (draft: Draft, at: number, position: Position, key: string | null = null): Change =>
  put(draft, { positions: draft.positions.map((p, i) => (i === at ? position : p)) }, key);
/** A corner between `at - 1` and `at`. */
export const inserted = (draft: Draft, at: number, position: Position): Change =>
  put(draft, { positions: [...draft.positions.slice(0, at), position, ...draft.positions.slice(at)] });
export const removed = (draft: Draft, at: number): Change => put(draft, { positions: draft.positions.filter((_, i) => i !== at) });
export const replaced = (draft: Draft, positions: readonly Position[]): Change => put(draft, { positions });
export const finished = (draft: Draft): Change => put(draft, { isDone: true });
export const reopened = (draft: Draft): Change => put(draft, { isDone: false });
export const named = (draft: Draft, name: string): Change => put(draft, { name }, `${draft.id} name`);
export const filled = (draft: Draft, field: string, value: string | boolean): Change =>
  put(draft, { fields: { ...draft.fields, [field]: value } }, `${draft.id} ${field}`);
export const turnedInto = (draft: Draft, kind: DraftKind): Change => put(draft, { kind });

/** Drafts as they were kept as text; what another version or program wrote there is left alone. */
export function readDraft(text: string | null): Draft | null {
  if (text === null) return null;
  let held: unknown;
  try {
    held = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof held !== "object" || held === null) return null;
  const { id, n, kind, name, positions, isDone, about, fields, fault } = held as Record<string, unknown>;
  const known = KINDS.find((k) => k === kind);
  if (typeof id !== "string" || typeof n !== "number" || known === undefined || typeof name !== "string" || !Array.isArray(positions)) return null;
  const places = positions.filter((p: unknown): p is Position => typeof p === "object" && p !== null && isDegrees(p));
  if (places.length !== positions.length) return null;
  return {
    id, n, kind: known, name, positions: places.map(({ lat_deg, lon_deg }) => ({ lat_deg, lon_deg })), isDone: isDone === true,
    about: Array.isArray(about) ? about.filter((a) => typeof a === "string") : [],
    fields: typeof fields === "object" && fields !== null ? onlyTyped(fields) : {}, fault: typeof fault === "string" ? fault : null,
  };
}

function isDegrees(p: object): boolean {
  const { lat_deg, lon_deg } = p as Record<string, unknown>;
  return Number.isFinite(lat_deg) && Number.isFinite(lon_deg) && Math.abs(lat_deg as number) <= 90 && Math.abs(lon_deg as number) <= 180;
}

function onlyTyped(fields: object): Record<string, string | boolean> {
  return Object.fromEntries(Object.entries(fields).filter((pair): pair is [string, string | boolean] => typeof pair[1] === "string" || typeof pair[1] === "boolean"));
}

/** "S12" after "S3" and "S11": the names that people have given go on; the first free one of a letter otherwise. */
export function suggestedName(stem: string, taken: Iterable<string>): string {
  const names = new Set([...taken].map((n) => n.trim().toLowerCase()));
  for (let i = 1; ; i += 1) {
    const name = `${stem}${i}`;
    if (!names.has(name.toLowerCase())) return name;
  }
}
