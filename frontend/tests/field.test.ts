import { describe, expect, test } from "vitest";
import { newItem, sendAll, settled, waiting, type Item, type Line, type Result, type Shelf } from "../src/field/outbox";
import { GAP_S, apart, gapsOf, isWorth, lengthOf, type Fix } from "../src/field/track";

const AT = new Date("2026-05-09T20:30:00Z");

class Drawer implements Shelf {
  held = new Map<string, Item>();
  #n = 0;
  async put(item: Item): Promise<void> {
    this.held.set(item.id, item.n === undefined ? { ...item, n: ++this.#n } : item);
  }
  async all(): Promise<Item[]> {
    return [...this.held.values()].reverse(); // a store may give them in any order
  }
  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.held.delete(id);
  }
}

/** A desk that hears every item, and whose line breaks after some requests. */
class Desk implements Line {
  heard: string[] = [];
  constructor(private left: number, private readonly refuses: readonly string[] = []) {}
  async items(items: readonly Item[]): Promise<Result[]> {
    return items.map((i) => this.#take(i.id)).map((id) => ({ id, state: this.refuses.includes(id) ? "refused" : "taken", says: "" }));
  }
  async file(item: Item): Promise<Result> {
    return { id: this.#take(item.id), state: "taken", says: "" };
  }
  #take(id: string): string {
    if (this.left-- <= 0) throw new TypeError("no line");
    this.heard.push(id);
    return id;
  }
}

const fill = async (shelf: Shelf, ids: readonly string[]): Promise<void> => {
  for (const id of ids) {
    const isFile = id.startsWith("photo");
    await shelf.put(newItem(isFile ? "photograph" : id.startsWith("p") ? "points" : "message", {}, AT, id, isFile ? new Blob(["x"]) : undefined));
  }
};

describe("outbox", () => {
  test("everything goes out once, in the order of writing, files in their place", async () => {
    const [shelf, desk] = [new Drawer(), new Desk(99)];
    await fill(shelf, ["m1", "m2", "photo1", "m3", "p1"]);
    expect(await sendAll(shelf, desk)).toEqual({ sent: 5, left: 0 });
    expect(desk.heard).toEqual(["m1", "m2", "photo1", "m3", "p1"]);
    expect(await sendAll(shelf, desk)).toEqual({ sent: 0, left: 0 });
    expect(shelf.held.get("photo1")?.file).toBeUndefined();
    expect(shelf.held.has("p1")).toBe(false);
  });
  test("a line that breaks anywhere loses nothing, and what was not answered for goes again", async () => {
    const ids = ["m1", "photo1", "m2", "photo2", "m3"];
    for (let holds = 0; holds < ids.length; holds += 1) {
      const shelf = new Drawer();
      await fill(shelf, ids);
      await expect(sendAll(shelf, new Desk(holds))).rejects.toThrow("no line");
      const again = new Desk(99);
      await sendAll(shelf, again);
      expect(again.heard).toEqual(ids.slice(holds));
      expect(waiting(await shelf.all())).toEqual([]);
    }
  });
  test("a desk that forgets to answer for an item does not make it go away", async () => {
    const shelf = new Drawer();
    await fill(shelf, ["m1", "m2"]);
    const deaf: Line = { items: async (items) => items.slice(0, 1).map((i) => ({ id: i.id, state: "taken", says: "" })), file: async () => { throw new Error(); } };
    await expect(sendAll(shelf, deaf)).rejects.toThrow("did not answer");
    expect(waiting(await shelf.all()).map((i) => i.id)).toEqual(["m2"]);
  });
  test("what was refused stays, until the desk settles it", async () => {
    const shelf = new Drawer();
    await fill(shelf, ["m1", "m2"]);
    await sendAll(shelf, new Desk(9, ["m2"]));
    const items = await shelf.all();
    expect(items.map((i) => [i.id, i.state]).sort()).toEqual([["m1", "taken"], ["m2", "refused"]]);
    expect(settled(items, [{ id: "m2", state: "refused", says: "" }, { id: "m1", state: "taken", says: "" }])).toEqual([]);
    expect(settled(items, [{ id: "m2", state: "settled", says: "typed by hand" }]).map((i) => [i.id, i.state, i.says])).toEqual([["m2", "settled", "typed by hand"]]);
  });
});

const fix = (lat: number, second: number, accuracy: number | null = 5): Fix => [lat, -71.1, new Date(AT.getTime() + 1000 * second).toISOString(), accuracy, null];

describe("track", () => {
  test("a degree of latitude is 111.2 km on the mean sphere", () => {
    expect(apart(fix(42, 0), fix(43, 0))).toBeCloseTo((6_371_008.8 * Math.PI) / 180, 3);
  });
  test("a position is kept after five metres or fifteen seconds, and never one from before", () => {
    expect(isWorth(null, fix(42, 0))).toBe(true);
    expect(isWorth(fix(42, 0), fix(42.00002, 3))).toBe(false); // 2.2 m
    expect(isWorth(fix(42, 0), fix(42.00005, 3))).toBe(true); // 5.6 m
    expect(isWorth(fix(42, 0), fix(42, 15))).toBe(true);
    expect(isWorth(fix(42, 10), fix(43, 10))).toBe(false);
    expect(isWorth(fix(42, 10), fix(43, 5))).toBe(false);
  });
  test("nothing is counted across a gap, nor through positions that are unsure", () => {
    const way = [fix(42, 0), fix(42.001, 30), fix(42.002, 31 + GAP_S), fix(42.003, 60 + GAP_S)];
    expect(gapsOf(way)).toEqual([{ from: way[1]?.[2], until: way[2]?.[2] }]);
    expect(lengthOf(way)).toBeCloseTo(2 * apart(fix(42, 0), fix(42.001, 0)), 6);
    expect(lengthOf([fix(42, 0), fix(42.5, 10, 900), fix(42.001, 20)])).toBeCloseTo(apart(fix(42, 0), fix(42.001, 0)), 6);
  });
});
