/** The phone's own store: items, positions that no item holds yet, and what was read last. In IndexedDB, durable at once. */

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Item, Shelf } from "./outbox";
import type { Fix } from "./track";

interface Shape extends DBSchema {
  items: { key: string; value: Item };
  /** Positions by order of writing. */
  fixes: { key: number; value: { track: string; fix: Fix } };
  kept: { key: string; value: unknown };
}

export class PhoneShelf implements Shelf {
  readonly #db: IDBPDatabase<Shape>;
  #n: number;

  private constructor(db: IDBPDatabase<Shape>, n: number) {
    this.#db = db;
    this.#n = n;
  }

  static async open(): Promise<PhoneShelf> {
    const db = await openDB<Shape>("wayhome-field", 1, {
      upgrade(made) {
        made.createObjectStore("items", { keyPath: "id" });
        made.createObjectStore("fixes", { autoIncrement: true });
        made.createObjectStore("kept");
      },
    });
    const held = await db.getAll("items");
    return new PhoneShelf(db, Math.max(0, ...held.map((i) => i.n ?? 0)));
  }

  async put(item: Item): Promise<void> {
    const tx = this.#db.transaction("items", "readwrite", { durability: "strict" });
    await tx.store.put(item.n === undefined ? { ...item, n: ++this.#n } : item);
    await tx.done;
  }

  all(): Promise<Item[]> {
    return this.#db.getAll("items");
  }

  async remove(ids: readonly string[]): Promise<void> {
    const tx = this.#db.transaction("items", "readwrite");
    await Promise.all(ids.map((id) => tx.store.delete(id)));
    await tx.done;
  }

  /** One position, written before anything else happens. */
  async addFix(track: string, fix: Fix): Promise<void> {
    const tx = this.#db.transaction("fixes", "readwrite", { durability: "strict" });
    await tx.store.add({ track, fix });
    await tx.done;
  }

  /** Positions become an item in one step: at no moment are they in neither place, or in both. */
  async gather(track: string, make: (fixes: Fix[]) => Item): Promise<number> {
    const tx = this.#db.transaction(["fixes", "items"], "readwrite", { durability: "strict" });
    const fixes = tx.objectStore("fixes");
    const mine: Fix[] = [];
    for (let cursor = await fixes.openCursor(); cursor; cursor = await cursor.continue()) {
      if (cursor.value.track !== track) continue;
      mine.push(cursor.value.fix);
      await cursor.delete();
    }
    if (mine.length) await tx.objectStore("items").put({ ...make(mine), n: ++this.#n });
    await tx.done;
    return mine.length;
  }

  async get(name: string): Promise<unknown> {
    return this.#db.get("kept", name);
  }

  async keep(name: string, value: unknown): Promise<void> {
    await this.#db.put("kept", value, name);
  }

  async clear(): Promise<void> {
    const tx = this.#db.transaction(["items", "fixes", "kept"], "readwrite");
    await Promise.all([tx.objectStore("items").clear(), tx.objectStore("fixes").clear(), tx.objectStore("kept").clear()]);
    await tx.done;
  }
}
