/** What happened in the field and is not at the desk yet: written down first, sent when there is a line, kept until answered. */

export type ItemKind =
  | "points" | "track_end" | "status" | "welfare" | "message" | "reply" | "clue" | "located" | "read" | "battery" | "photograph" | "gpx";
export type ItemState = "kept" | "taken" | "refused" | "settled";

export interface Item {
  /** Made here; the desk carries out one thing once, however often it comes. */
  id: string;
  /** Order of writing, given by the store. */
  n?: number;
  kind: ItemKind;
  at: string;
  body: Record<string, unknown>;
  file?: Blob;
  state: ItemState;
  says: string;
}

export interface Result {
  id: string;
  state: string;
  says: string;
}

/** Where items lie: IndexedDB on a phone, a map in a test. */
export interface Shelf {
  put(item: Item): Promise<void>;
  all(): Promise<Item[]>;
  remove(ids: readonly string[]): Promise<void>;
}

/** The desk: refuses by throwing `ShutOut`, is out of reach by throwing anything else. */
export interface Line {
  items(items: readonly Item[]): Promise<Result[]>;
  file(item: Item): Promise<Result>;
}

/** The desk answered and does not want this phone; nothing is thrown away for it. */
export class ShutOut extends Error {}

const AT_ONCE = 50;
/** Waiting before the next try, by tries that failed; own choice. */
export const BACKOFF_S = [3, 6, 15, 30, 60, 120] as const;

export function newItem(kind: ItemKind, body: Record<string, unknown>, at: Date, id: string, file?: Blob): Item {
  return { id, kind, at: at.toISOString(), body, state: "kept", says: "", ...(file ? { file } : {}) };
}

/** Items in the order in which they were written. */
export const inOrder = (items: readonly Item[]): Item[] => [...items].sort((a, b) => (a.n ?? 0) - (b.n ?? 0));

export const waiting = (items: readonly Item[]): Item[] => inOrder(items).filter((i) => i.state === "kept");

const told = (state: string): ItemState => (state === "refused" ? "refused" : state === "settled" ? "settled" : "taken");

/**
 * Send all that waits, in order. An item is marked only after the desk answered for it; a line that breaks in the middle
 * leaves the rest as it was. Positions that the desk has are removed, for they are many.
 */
export async function sendAll(shelf: Shelf, line: Line): Promise<{ sent: number; left: number }> {
  let sent = 0;
  const answer = async (item: Item, result: Result): Promise<void> => {
    const done: Item = { ...item, state: told(result.state), says: result.says };
    if (done.state === "taken" && item.kind === "points") await shelf.remove([item.id]);
    else await shelf.put(done.state === "taken" ? bare(done) : done);
    sent += 1;
  };
  for (;;) {
    const [first] = waiting(await shelf.all());
    if (first === undefined) return { sent, left: 0 };
    if (first.file) {
      await answer(first, await line.file(first));
      continue;
    }
    const batch: Item[] = [];
    for (const item of waiting(await shelf.all())) {
      if (item.file || batch.length === AT_ONCE) break;
      batch.push(item);
    }
    const results = await line.items(batch);
    for (const item of batch) {
      const result = results.find((r) => r.id === item.id);
      if (result === undefined) throw new Error(`The desk did not answer for ${item.kind}.`);
      await answer(item, result);
    }
  }
}

/** A photograph that the desk has need not fill the phone. */
function bare(item: Item): Item {
  const { file: _, ...rest } = item;
  return rest;
}

/** What became of items after the desk had answered for them: settled by a person, or complete at last. */
export function settled(items: readonly Item[], outcomes: readonly Result[]): Item[] {
  const later = new Map(outcomes.map((o) => [o.id, o]));
  return items.flatMap((item) => {
    const now = later.get(item.id);
    return now && item.state !== "kept" && (told(now.state) !== item.state || now.says !== item.says) ? [{ ...item, state: told(now.state), says: now.says }] : [];
  });
}
