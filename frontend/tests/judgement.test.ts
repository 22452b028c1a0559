/** What helps to judge: readings by place, votes, questions, the drawing of survival, and the products they come from. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PRODUCTS } from "../src/api/products";
import { caseState, type Clue, type Reading, type Statement } from "../src/api/state";
import { curveOf, BOX } from "../src/changes/drawing";
import { options } from "../src/changes/fields";
import { NOTHING_POSED, poseInquiry } from "../src/changes/inquiry";
import { SAYS, SHAPES, readingForm, readingLine, typedReading } from "../src/changes/reading";
import { LETTERS, METHODS, pointsSaid, voteScenarios } from "../src/changes/votes";
import { LAST_H } from "../src/stores/hour.svelte";
import { RAW_PRODUCTS, rawState, stateWith } from "./fixtures";

const python = (path: string): string => readFileSync(new URL(`../../src/wayhome/${path}`, import.meta.url), "utf8");
const literal = (source: string, name: string): string[] => {
  const block = new RegExp(`${name} = Literal\\[([^\\]]*)\\]`).exec(source)?.[1] ?? "";
  return [...block.matchAll(/"(\w+)"/g)].map((m) => m[1] ?? "");
};

type Raw = { data: Record<string, unknown> };

describe("products", () => {
  test.each(["departure", "evidence", "survival", "inquiries"] as const)("%s passes its check", (name) => {
    expect(PRODUCTS[name](RAW_PRODUCTS[name], name).name).toBe(name);
  });
  test("a way given in per cent is refused, with the place of the mistake", () => {
    const raw = structuredClone(RAW_PRODUCTS.departure) as { data: { ways: { missed: number }[] } };
    if (raw.data.ways[0]) raw.data.ways[0].missed = 30;
    expect(() => PRODUCTS.departure(raw, "departure")).toThrow("departure.data.ways[0].missed: expected a fraction");
  });
  test("no public figures is an answer, not a fault", () => {
    const raw = structuredClone(RAW_PRODUCTS.survival) as Raw;
    Object.assign(raw.data, { now: null, hours: null, curve: [], why_unknown: "There are no public figures." });
    expect(PRODUCTS.survival(raw, "survival").data).toMatchObject({ now: null, curve: [], why_unknown: "There are no public figures." });
  });
  test("nobody having voted or read anything leaves empty tables", () => {
    const raw = structuredClone(RAW_PRODUCTS.evidence) as Raw;
    Object.assign(raw.data, { readings: [], votes: [], consensus: {}, disagreement: {}, partings: [] });
    expect(PRODUCTS.evidence(raw, "evidence").data.consensus).toEqual({});
  });
});

test("the map's hours end where the server stops following walkers", () => {
  expect(LAST_H).toBe(Number(/^MOVED_AT_MOST_H = ([\d.]+)/m.exec(python("planning/inputs.py"))?.[1]));
});

const STATEMENT: Statement = {
  id: "S1", witness: "Ann", text: "saw her", told_at: null, observed_at: null, position: { lat_deg: 42.2, lon_deg: -71.1 }, place: "",
  bearing_deg: null, reliability: 0.6, amendments: null, withdrawn: null,
};
const CLUE: Clue = { id: "C1", name: "cap", description: "", finder: "", found_at: null, position: null, place: "", instruction: "leave", custody: [], amendments: null, withdrawn: null };

describe("readings", () => {
  test("the fields of each kind are those of the server", () => {
    const block = /_SHAPES[^=]*= \{(.*?)\n\}/s.exec(python("case/reading.py"))?.[1] ?? "";
    const shapes = Object.fromEntries([...block.matchAll(/"(\w+)": \(\(([^)]*)\), \(([^)]*)\)\)/g)].map((m) => {
      const named = (list: string | undefined): string[] => [...(list ?? "").matchAll(/"(\w+)"/g)].map((n) => n[1] ?? "");
      return [m[1], { needs: named(m[2]), may: named(m[3]) }];
    }));
    expect(Object.keys(shapes).length).toBeGreaterThan(0);
    expect(SHAPES).toEqual(shapes);
    expect(Object.keys(SAYS)).toEqual(literal(python("case/evidence.py"), "ReadingKind"));
  });
  test("the form shows what the kind has a use for, and nothing before a kind is chosen", () => {
    const form = readingForm(STATEMENT);
    expect(form.shown({ kind: "" })).toEqual(["kind"]);
    expect(form.shown({ kind: "aml" })).toEqual(["kind", "at", "position", "radius_m", "confidence", "reliability", "scenarios", "reason", "confirm_far"]);
    expect(form.says({ kind: "not_here" })).toContain("was not there");
    expect(form.says({ kind: "" })).toBeNull();
  });
  test("what the evidence itself says need not be said again", () => {
    const needed = (item: Statement | Clue): string[] =>
      ["kind", "position", "error_m", "reliability", "reason"].filter((name) => readingForm(item).isNeeded(name, { kind: "sighting" }));
    expect(needed(STATEMENT)).toEqual(["kind", "error_m"]);
    expect(needed(CLUE)).toEqual(["kind", "position", "error_m", "reliability"]);
    expect(needed({ ...STATEMENT, position: null, reliability: null })).toEqual(["kind", "position", "error_m", "reliability"]);
  });
  const READING: Reading = {
    evidence: "S1", kind: "cell_sector", at: "2026-03-01T05:40:00Z", position: { lat_deg: 42.2, lon_deg: -71.1 }, error_m: null, bearing_deg: 90,
    target: null, beam_deg: 120, range_m: 3000, range_error_m: 500, technology: null, timing_advance: null, radius_m: null, confidence: null, pod: null,
    reliability: 0.9, scenarios: ["s1"], reason: "provider", read_by: "operator", read_at: "2026-03-01T06:00:00Z",
  };
  test("an earlier one stands in the form as it would be typed, with units", () => {
    expect(typedReading(READING)).toEqual({
      kind: "cell_sector", at: "2026-03-01T05:40:00Z", position: "42.200000,-71.100000", bearing_deg: "90", beam_deg: "120", range_m: "3000 m",
      range_error_m: "500 m", reliability: "0.9", scenarios: ["s1"], reason: "provider",
    });
  });
  test("and in the list as one line", () => {
    expect(readingLine(READING)).toBe("42.20000, -71.10000, 3.00 km away, give or take 500 m, towards 90° true, sector of 120°, reliability 90 %");
    expect(readingLine({ ...READING, kind: "not_here", bearing_deg: null, beam_deg: null, range_m: null, range_error_m: null, radius_m: 200, pod: 0.7 }))
      .toBe("42.20000, -71.10000, within 200 m, POD 70 %, reliability 90 %");
  });
  test("the state of a case carries them, and an unknown way of moving is refused", () => {
    const raw = rawState(3) as { evidence: { readings: unknown }; scenarios: { scenarios: unknown[] } };
    raw.evidence.readings = { S1: READING };
    expect(caseState(raw, "state").evidence.readings.S1).toEqual(READING);
    raw.scenarios.scenarios = [{ id: "a", title: "t", kind: "lost", weight: 1, rest_of_world: 0, reason: "", moves: "flies" }];
    expect(() => caseState(raw, "state")).toThrow("state.scenarios.scenarios[0].moves: expected one of auto, still, moving");
  });
});

describe("votes", () => {
  test("the ways of voting are those of the server", () => {
    expect(Object.keys(METHODS)).toEqual(literal(python("case/scenario.py"), "VoteMethod"));
    expect(LETTERS.map((l) => l.id).join("")).toBe(/LETTERS = "(\w+)"/.exec(python("case/consensus.py"))?.[1]);
  });
  test("points given and left: 60 and 30,5 leave 9.5", () => {
    expect(pointsSaid("mattson", { a: "60", b: "30,5" }, ["a", "b"])).toBe("90.5 of 100 points given: 9.5 left.");
    expect(pointsSaid("mattson", { a: "60", b: "40" }, ["a", "b"])).toBe("100 of 100 points given.");
    expect(pointsSaid("mattson", { a: "60", b: "50", gone: "40" }, ["a", "b"])).toBe("110 of 100 points given: 10 too many.");
    expect(pointsSaid("proportional", { a: "60" }, ["a"])).toBeNull();
  });
  test("only scenarios that there are go out, as text; no voter is the one who acts", () => {
    expect(voteScenarios(" ", "mattson", { a: " 60 ", b: "39,5", gone: "1", c: "" }, ["a", "b", "c"])).toEqual({ method: "mattson", values: { a: "60", b: "39.5" } });
    expect(voteScenarios("Ann", "oconnor", { a: "B" }, ["a"])).toEqual({ voter: "Ann", method: "oconnor", values: { a: "B" } });
  });
});

describe("questions", () => {
  const posed = { ...NOTHING_POSED, title: " Seen? ", position: "42.2,-71.1", radius_m: "200 m", pod: "60 %", minutes: "7,5" };
  test("speak of scenarios or of a place, never of both", () => {
    expect(poseInquiry(posed, { a: "80", b: "", c: "5" })).toEqual({ title: "Seen?", kind: "ask", position: "42.2,-71.1", yes: { a: "80 %", c: "5 %" }, minutes: "7.5" });
    expect(poseInquiry({ ...posed, by: "place", minutes: "", confirm_far: true }, { a: "80" })).toEqual({
      title: "Seen?", kind: "ask", position: "42.2,-71.1", radius_m: "200 m", pod: "60 %", confirm_far: true,
    });
  });
  test("are offered where a command asks for one", () => {
    const raw = rawState(3) as { inquiries: { inquiries: unknown } };
    raw.inquiries.inquiries = { Q1: { id: "Q1", title: "Seen?", kind: "ask", yes: { a: 0.8 }, posed_at: "2026-03-01T05:40:00Z", remark: "", answered_by: "" } };
    const state = caseState(raw, "state");
    expect(options(state, "withdraw_inquiry", "inquiry")).toEqual([{ id: "Q1", label: "Q1 Seen?" }]);
    expect(options(stateWith({}), "find_companion", "companion")).toEqual([]);
  });
});

describe("the drawing of survival", () => {
  const points = [{ hours: 0, p_alive: 1, low: 0.9, high: 1 }, { hours: 10, p_alive: 0.5, low: 0.25, high: 0.75 }];
  // the box is 320 by 170; inside its margins 34 to 312 and 8 to 140
  test("runs from the left edge at certainty to the right edge at a half", () => {
    expect(BOX).toEqual({ width: 320, height: 170, left: 34, right: 8, top: 8, bottom: 30 });
    const drawn = curveOf(points, null);
    expect(drawn.line).toBe("M34 8 L312 74");
    expect(drawn.interval).toBe("M34 21.2 L312 107 L312 41 L34 8 Z");
    expect(drawn.ticks_h).toEqual([0, 2, 4, 6, 8, 10]);
  });
  test("keeps now on the axis beyond the last figure, and draws nothing of nothing", () => {
    const drawn = curveOf(points, 20);
    expect([drawn.end_h, drawn.x(20), drawn.x(10)]).toEqual([20, 312, 173]);
    expect(curveOf([], null)).toMatchObject({ end_h: 1, line: "", interval: "" });
  });
  test("has at most five steps on its axis", () => {
    expect(curveOf([], 96).ticks_h).toEqual([0, 24, 48, 72, 96]);
    expect(curveOf([], 1000).ticks_h).toEqual([0, 200, 400, 600, 800, 1000]);
  });
});
