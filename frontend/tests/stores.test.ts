import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Refused, Unreachable, address, get, sentence } from "../src/api/http";
import { text, record } from "../src/lib/check";
import { follow } from "../src/api/follow";
import { act } from "../src/stores/acting";
import { actor } from "../src/stores/actor.svelte";
import { casefile } from "../src/stores/casefile.svelte";
import { drafts } from "../src/stores/drafts.svelte";
import { gesture } from "../src/stores/gesture.svelte";
import { ProductStore } from "../src/stores/products.svelte";
import { rawCase, rawPoa } from "./fixtures";

type Answer = { status?: number; body: unknown };
const asked: { path: string; init: RequestInit | undefined }[] = [];
let answers: ((path: string) => Answer | Promise<Answer>) = () => ({ body: {} });

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    asked.push({ path, init });
    const { status = 200, body } = await answers(path);
    return new Response(JSON.stringify(body), { status });
  });
});
afterEach(() => vi.unstubAllGlobals());

const later = <T>(value: T): { promise: Promise<T>; go: () => void } => {
  let go = (): void => undefined;
  const promise = new Promise<T>((resolve) => { go = () => resolve(value); });
  return { promise, go };
};

describe("the way to the server", () => {
  test("escapes ids and leaves out what is empty", () => {
    expect(address(["cases", "a/b c"], { as_of: "2026-03-01T06:40+01:00", for: null })).toBe("/api/cases/a%2Fb%20c?as_of=2026-03-01T06%3A40%2B01%3A00");
    expect(address(["cases"], { as_of: null })).toBe("/api/cases");
  });
  test("hands on the server's own sentence, code and details", async () => {
    answers = () => ({ status: 400, body: { error: { code: "unit_error", message: "sweep_width: 30 has no unit.", details: { field: "sweep_width" } } } });
    const error = await get("/api/x", text).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ status: 400, code: "unit_error", message: "sweep_width: 30 has no unit.", details: { field: "sweep_width" } });
  });
  test("says so where nobody answers, and where the answer has another shape", async () => {
    answers = () => Promise.reject(new TypeError("failed to fetch"));
    const error = await get("/api/x", text).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Unreachable);
    expect(sentence(error)).toContain("Nothing you typed is lost");
    answers = () => ({ body: { seq: "one" } });
    await expect(get("/api/x", record({ title: text }))).rejects.toThrow("/api/x.title: expected text, got nothing");
  });
});

describe("the open case", () => {
  test("of two readings under way the later one counts", async () => {
    const slow = later<Answer>({ body: rawCase(3) });
    let first = true;
    answers = () => {
      if (!first) return { body: rawCase(4) };
      first = false;
      return slow.promise;
    };
    const early = casefile.open("c", null);
    await casefile.refresh();
    slow.go();
    await early;
    expect(casefile.seq).toBe(4);
  });
  test("a reading that a later one overtakes ends with it, so that whoever waited sees what is newest", async () => {
    const slow = later<Answer>({ body: rawCase(4) });
    let readings = 0;
    answers = () => (++readings === 1 ? { body: rawCase(3) } : slow.promise);
    let isOver = false;
    const early = casefile.refresh().then(() => { isOver = true; });
    const late = casefile.refresh(); // as when another page's entry is heard of
    await new Promise((r) => setTimeout(r, 20));
    expect(isOver).toBe(false);
    slow.go();
    await Promise.all([early, late]);
    expect(casefile.seq).toBe(4);
  });
  test("an act goes out as the chosen person, against the entry on screen, and the case is read again", async () => {
    answers = (path) => (path.includes("/do/") ? { body: { seq: 5, events: [{ type: "x", data: {} }] } } : { body: rawCase(5) });
    actor.choose("tsunade");
    const done = await act("give_order", { text: "unharmed" }, "k1");
    expect(done.seq).toBe(5);
    expect(asked.map((a) => a.path)).toEqual(["/api/cases/c/do/give_order", "/api/cases/c"]);
    expect(JSON.parse(String(asked[0]?.init?.body))).toEqual({ fields: { text: "unharmed" }, expected_seq: 4, as_user: "tsunade", key: "k1" });
    expect(casefile.seq).toBe(5);
  });
  test("the past cannot be changed", async () => {
    answers = () => ({ body: rawCase(2) });
    await casefile.open("c", "2026-03-01T06:40+01:00");
    expect(casefile.isPast).toBe(true);
    await expect(act("give_order", {})).rejects.toThrow("looking at the past");
    expect(asked.every((a) => !a.path.includes("/do/"))).toBe(true);
  });
  test("a refusal keeps what was on screen", async () => {
    await casefile.open("c", null);
    answers = () => ({ status: 404, body: { error: { code: "not_found", message: "There is no case c." } } });
    await casefile.refresh();
    expect(casefile.error).toBe("There is no case c.");
    expect(casefile.seq).toBe(2);
  });
});

describe("products", () => {
  test("are computing until they were made from the entry on screen, and are asked for once", async () => {
    vi.useFakeTimers();
    let seq = 3;
    answers = () => ({ body: rawPoa(seq) });
    const store = new ProductStore("poa");
    store.want("c", 4, null);
    store.want("c", 4, null);
    expect(store.isComputing).toBe(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.length).toBe(1);
    expect(store.made?.seq).toBe(3);
    expect(store.isComputing).toBe(true);
    seq = 4;
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked.length).toBe(2);
    expect(store.isComputing).toBe(false);
    vi.useRealTimers();
  });
  test("a map of another hour is asked for with its time, and anew for another", async () => {
    answers = () => ({ body: rawPoa(4) });
    const store = new ProductStore("poa");
    store.want("c", 4, null, "2026-03-01T12:00:00Z");
    await vi.waitFor(() => expect(store.isComputing).toBe(false));
    store.want("c", 4, null, "2026-03-01T13:00:00Z");
    expect(store.isComputing).toBe(true);
    store.want("c", 4, null, "2026-03-01T13:00:00Z");
    await vi.waitFor(() => expect(store.isComputing).toBe(false));
    expect(asked.map((a) => a.path)).toEqual([
      "/api/cases/c/products/poa?at=2026-03-01T12%3A00%3A00Z", "/api/cases/c/products/poa?at=2026-03-01T13%3A00%3A00Z",
    ]);
  });
  test("show the server's reason where there is none", async () => {
    answers = () => ({ status: 400, body: { error: { code: "rule_broken", message: "No place is marked yet.", details: {} } } });
    const store = new ProductStore("poa");
    store.want("c", 1, null);
    await vi.waitFor(() => expect(store.isLoading).toBe(false));
    expect(store.error).toBe("No place is marked yet.");
    expect(store.made).toBeNull();
  });
});

describe("drafts and gestures", () => {
  test("what was typed outlives the form and goes when it is dropped", () => {
    drafts.at("c form", () => ({ text: "" })).text = "typed";
    expect(drafts.at("c form", () => ({ text: "" })).text).toBe("typed");
    drafts.drop("c form");
    expect(drafts.at("c form", () => ({ text: "" })).text).toBe("");
  });
  test("a gesture answers once; a new question ends the old one", async () => {
    const first = gesture.ask("point");
    const second = gesture.ask("line");
    expect(await first).toBeNull();
    expect(gesture.kind).toBe("line");
    gesture.finish([{ lat_deg: 1, lon_deg: 2 }]);
    expect(await second).toEqual([{ lat_deg: 1, lon_deg: 2 }]);
    expect(gesture.kind).toBeNull();
  });
});

describe("following", () => {
  test("tells of entries, of a lost line, and connects anew when the server refused", async () => {
    vi.useFakeTimers();
    const made: FakeSource[] = [];
    class FakeSource extends EventTarget {
      static readonly CLOSED = 2;
      readyState = 1;
      closed = false;
      constructor(readonly url: string) {
        super();
        made.push(this);
      }
      close(): void {
        this.closed = true;
      }
    }
    vi.stubGlobal("EventSource", FakeSource);
    const heard: string[] = [];
    const stop = follow("c", { entry: (seq) => heard.push(`entry ${seq}`), line: (state) => heard.push(state), phones: () => heard.push("phones"), presence: (people) => heard.push(people.map((p) => p.who).join()) });
    made[0]?.dispatchEvent(new Event("open"));
    made[0]?.dispatchEvent(new MessageEvent("entry", { data: '{"seq": 7}' }));
    made[0]?.dispatchEvent(new MessageEvent("presence", { data: '{"people": [{"id": "page-0001", "who": "Ada", "panel": "plan", "doing": null, "for_s": 3}]}' }));
    if (made[0]) made[0].readyState = FakeSource.CLOSED;
    made[0]?.dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(made.map((s) => s.url)).toEqual(["/api/cases/c/follow", "/api/cases/c/follow"]);
    expect(heard).toEqual(["live", "entry 7", "Ada", "reconnecting"]);
    stop();
    expect(made[1]?.closed).toBe(true);
    vi.useRealTimers();
  });
});

describe("the past", () => {
  test("is on screen only once its answer is there; until then figure and moment stay a pair", async () => {
    answers = () => ({ body: rawCase(9) });
    await casefile.open("d", null);
    const slow = later<Answer>({ body: rawCase(2) });
    answers = () => slow.promise;
    const going = casefile.open("d", "2026-03-01T06:40Z");
    expect([casefile.isPast, casefile.as_of, casefile.seq]).toEqual([true, null, 9]);
    slow.go();
    await going;
    expect([casefile.isPast, casefile.as_of, casefile.seq]).toEqual([true, "2026-03-01T06:40Z", 2]);
  });
});
