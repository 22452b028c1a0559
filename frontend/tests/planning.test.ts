/** Where to search, with whom, and how good that is: plans, kept choices, needs and limits, proposed segments, drawings. */

import { describe, expect, test } from "vitest";
import { schema } from "../src/api/commands";
import { PRODUCTS } from "../src/api/products";
import { proposal as proposalCheck, type Proposal } from "../src/api/segments";
import { caseState, type CaseState } from "../src/api/state";
import { PAIRS, pairsOf } from "../src/changes/drawing";
import { fieldsOf, options, widget } from "../src/changes/fields";
import { outingsLine, recordedLine } from "../src/changes/outing";
import { aims, byPeriod, draftable, keep, keptChoices, keptOf, release } from "../src/changes/plan";
import { marked, proposed, seen } from "../src/changes/seen";
import { NOTHING_TO_CUT, drawnAs, proposedShapes, searchArea, undrawn } from "../src/changes/shapes";
import { limitsLine, needsLine, typedLimits, typedNeeds } from "../src/changes/tasking";
import { marks } from "../src/stores/marks.svelte";
import { proposal } from "../src/stores/proposal.svelte";
import { PLAN, SEARCH, SQUARE, rawState } from "./fixtures";

type Raw = { people: { teams: unknown }; tasking: Record<string, unknown> };

/** The state of the fixtures, changed. */
function stateWith(change: (raw: Raw) => void): CaseState {
  const raw = rawState(3) as Raw;
  change(raw);
  return caseState(raw, "state");
}

const team = (id: string, status: string): unknown => ({
  id, name: id, kind: "ground", leader: "", members: [], searchers: 3, speed_mps: 0.5, sweep_width_m: 30, skills: [], status,
});
const made = (data: unknown): unknown => ({ name: "x", seq: 3, key: "k", caveats: [], provenance: {}, data });

describe("the check of a plan", () => {
  test("takes it as the server sends it, and drops what nobody asked for", () => {
    const sent = made({ ...PLAN, watches: [], rest_of_world: 0.2, choices: [{ ...SEARCH, loss: 0.1, instead: null }] });
    expect(PRODUCTS.plan(sent, "plan").data).toEqual({ ...PLAN, choices: [SEARCH] });
  });
  test("says where it differs", () => {
    expect(() => PRODUCTS.plan(made({ ...PLAN, aim: "best" }), "plan")).toThrow("plan.data.aim: expected one of expected, worst");
    expect(() => PRODUCTS.plan(made({ ...PLAN, pos_total: 20 }), "plan")).toThrow("plan.data.pos_total: expected a fraction");
  });
  test("being wrong and reflex tasks have theirs", () => {
    const truths = [{ name: "as the map says", had: 0.1, best: 0.12, regret: 0.02, share: 0.17 }];
    expect(PRODUCTS.wrong(made({ sentence: "s", truths }), "wrong").data.truths[0]).toEqual({ name: "as the map says", had: 0.1, best: 0.12, regret: 0.02 });
    expect(() => PRODUCTS.reflex(made({ rim_m: 500, tasks: [{ name: "Hub", ring: [[1, 2]], remark: "" }], exits: [] }), "reflex"))
      .toThrow("reflex.data.tasks[0].ring[0]: expected an object");
  });
});

describe("a plan", () => {
  const free = stateWith((raw) => { raw.people.teams = { T1: team("T1", "available"), T2: team("T2", "available") }; });
  test("is told period by period", () => {
    expect(byPeriod(PLAN).map((p) => [p.period.op, p.choices.map((c) => c.team)])).toEqual([[1, ["T1", "T2"]], [2, ["T1"]]]);
  });
  test("can be drafted as far as it is a search of the first period by a team that is free", () => {
    expect(draftable(PLAN, free)).toEqual([SEARCH]);
    const busy = stateWith((raw) => { raw.people.teams = { T1: team("T1", "working") }; });
    expect(draftable(PLAN, busy)).toEqual([]);
  });
  test("keeps a choice by team and period, and gives back the one that was kept", () => {
    expect(keep(SEARCH, "SEG1")).toEqual({ team: "T1", segment: "SEG1", period: "OP1" });
    expect(keep({ ...SEARCH, period: null }, null)).toEqual({ team: "T1" });
    const kept = { team: "T1", segment: "SEG1", period: null, reason: "knows it", by: "ann" };
    const state = stateWith((raw) => { raw.tasking.choices = { T1: kept, "T2@OP1": { ...kept, team: "T2", segment: null, period: "OP1" } }; });
    expect(keptChoices(state).map((k) => k.slot)).toEqual(["T1", "T2@OP1"]);
    // without a period it holds for the first one alone
    expect(PLAN.choices.map((c) => keptOf(c, PLAN, state)?.slot ?? null)).toEqual(["T1", "T2@OP1", null]);
    expect(release(kept)).toEqual({ team: "T1" });
    expect(release({ ...kept, period: "OP1" })).toEqual({ team: "T1", period: "OP1" });
  });
  test("stands beside that of the other aim, each with what it finds on the whole and at worst", () => {
    const expected = { aim: "expected", pos_total: 0.2, worst: 0.08, isThis: true };
    expect(aims(PLAN)).toEqual([expected, { aim: "worst", pos_total: 0.18, worst: 0.12, isThis: false }]);
    const turned = aims({ ...PLAN, aim: "worst", other_aim: PLAN.other_aim && { ...PLAN.other_aim, aim: "expected" } });
    expect(turned.map((r) => [r.aim, r.isThis])).toEqual([["expected", false], ["worst", true]]);
    expect(aims({ ...PLAN, other_aim: null })).toEqual([]);
  });
});

describe("being wrong, drawn", () => {
  const truths = [{ name: "as the map says", had: 0.2, best: 0.2 }, { name: "half the sweep width", had: 0.1, best: 0.15 }];
  // 320 wide less 2 on each side: 316 for a chance of 0.2
  test("gives the most that was possible the whole width, and the others their share of it", () => {
    const drawn = pairsOf(truths);
    expect(drawn.rows.map((r) => [r.had, r.best])).toEqual([[316, 316], [158, 237]]);
    expect([drawn.x(0), drawn.x(0.1), drawn.x(0.2)]).toEqual([2, 160, 318]);
    expect(drawn.ticks).toEqual([0, 0.05, 0.1, 0.15, 0.2]);
    expect(drawn.height).toBe(PAIRS.top + 2 * PAIRS.row + PAIRS.bottom);
    expect((drawn.rows[1]?.text_y ?? 0) - (drawn.rows[0]?.text_y ?? 0)).toBe(PAIRS.row);
  });
  test("draws nothing found as nothing, and of nothing nothing", () => {
    expect(pairsOf([{ name: "a", had: 0, best: 0 }]).rows[0]).toMatchObject({ had: 0, best: 0 });
    expect(pairsOf([]).rows).toEqual([]);
  });
  test("counts its axis in round steps, five at most", () => {
    const ticks = (best: number): number[] => pairsOf([{ name: "a", had: 0, best }]).ticks;
    expect(ticks(0.193)).toEqual([0, 0.05, 0.1, 0.15]);
    expect(ticks(0.012)).toEqual([0, 0.005, 0.01]);
    expect(ticks(1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  });
});

describe("needs and limits", () => {
  const needs = { skills: ["rope"], equipment: ["helmet"], least_searchers: 4, least_rank: "chunin", daylight_only: true, radio: false, hazards: "old shafts" };
  test("are told in one line, or not at all", () => {
    expect(needsLine(needs)).toBe("Asks for rope, helmet, at least 4 searchers, a leader of rank chunin, daylight, a radio of its own. Hazards: old shafts");
    expect(needsLine({ ...needs, skills: [], equipment: [], least_searchers: 1, least_rank: "", daylight_only: false, radio: true })).toBe("Hazards: old shafts");
    expect(needsLine(undefined)).toBeNull();
    const limits = { endurance_h: 6.5, rest_h: 8, equipment: ["rope"], ready_at: null, at_night: false, own_radio: true };
    expect(limitsLine(limits, "UTC")).toBe("out 6 h 30 min, then rests 8 h, not in the dark, radio of its own, rope");
    expect(limitsLine(undefined, "UTC")).toBeNull();
  });
  const SCHEMA = schema({
    type: "object", required: ["team"], properties: {
      team: { type: "string" }, endurance: { type: ["string", "number"], format: "duration" }, equipment: { type: "array", items: { type: "string" } },
      ready_at: { type: ["string", "number"], format: "time" }, at_night: { type: "boolean" }, own_radio: { type: "boolean" },
    },
  }, "schema");
  test("stand in the form as they would be typed, and come back the same", () => {
    const typed = typedLimits({ endurance_h: 6.5, rest_h: 8, equipment: ["rope", "radio"], ready_at: "2026-03-01T06:00:00Z", at_night: false, own_radio: true }, "Europe/Berlin");
    expect(fieldsOf(SCHEMA, typed)).toEqual({
      endurance: "6.5 h", equipment: ["rope", "radio"], ready_at: "2026-03-01T07:00+01:00", at_night: false, own_radio: true,
    });
    expect(typedNeeds(needs)).toMatchObject({ skills: "rope", least_searchers: "4", radio: false, daylight_only: true });
    expect(typedNeeds({ ...needs, radio: null }).radio).toBe("");
    expect([typedNeeds(undefined), typedLimits(undefined, "UTC")]).toEqual([{}, {}]);
  });
  test("a no is said where nothing said would mean yes or unknown; elsewhere a tick left out is no", () => {
    const flags = ["at_night", "own_radio"].map((name) => widget(name, SCHEMA.properties[name] ?? SCHEMA, false));
    expect(flags).toEqual(["yes_no", "tick"]);
    expect(fieldsOf(SCHEMA, { at_night: false, own_radio: false })).toEqual({ at_night: false });
    expect(fieldsOf(SCHEMA, { at_night: "" })).toEqual({});
  });
  test("forms offer live segments for joining, and ranks where there is an organisation", () => {
    const state = stateWith(() => undefined);
    expect(options(state, "merge_segments", "segments")).toEqual([{ id: "SEG1", label: "SEG1 Square" }]);
    expect(options(state, "set_segment_needs", "least_rank")).toBeNull();
  });
});

describe("searches", () => {
  test("outings over a segment, with the share of it that each went over", () => {
    expect(outingsLine([{ assignment: "A1", share: 1 }, { assignment: "A2", share: 0.25 }])).toBe("A1, A2 over 25 %");
  });
  test("what was recorded, search and other", () => {
    const none = { length_m: 0, hours: 0, pieces: 0 };
    const walking = { length_m: 3500, hours: 2.5, pieces: 3 };
    expect(recordedLine({ walking, vehicle: none, still: none, gap: none })).toBe("Recorded: walked 3.50 km in 2 h 30 min.");
    expect(recordedLine({
      walking, vehicle: { length_m: 1200, hours: 0.1, pieces: 1 }, still: { length_m: 5, hours: 0.2, pieces: 2 }, gap: { length_m: 400, hours: 0.3, pieces: 1 },
    })).toBe("Recorded: walked 3.50 km in 2 h 30 min; driven 1.20 km, which is no search; stood still 12 min; 1 gap without a record, 400 m in a straight line.");
  });
});

describe("proposed segments", () => {
  const hub = { name: "Hub", ring: SQUARE, remark: "Reflex task: all within 300 m." };
  test("reflex tasks count as drawn by name and remark, whatever became of the segment", () => {
    const drawn = { id: "SEG1", name: "Hub", ring: SQUARE, remark: hub.remark, retired: null, origins: [] };
    const trail = { ...hub, name: "Trail north" };
    expect(undrawn([hub, trail], { SEG1: drawn })).toEqual([trail]);
    expect(drawnAs(hub, { SEG1: { ...drawn, retired: "done" } })?.id).toBe("SEG1");
    expect(drawnAs(hub, { SEG1: { ...drawn, remark: "a house" } })).toBeNull();
  });
  test("an area goes out as a region or as an outline, never both, with what was typed", () => {
    const typed = { ...NOTHING_TO_CUT, region: "R1", ring: "42,-71\n\n42.1,-71 ", hours: "4,5", searchers: "3", sweep_width: " 30 m " };
    expect(searchArea(typed)).toEqual({ ring: ["42,-71", "42.1,-71"], hours: "4.5", searchers: "3", sweep_width: "30 m" });
    expect(searchArea({ ...typed, by: "region" })).toEqual({ region: "R1", hours: "4.5", searchers: "3", sweep_width: "30 m" });
  });
  const two: Proposal = proposalCheck({
    seq: 3, caveats: [], segments: ["S1", "S2"].map((name) => ({ name, ring: SQUARE, area_m2: 1e6, hours: 3.5, edges: { trail: 0.6, none: 0.4 }, findable: 0.6, caveats: [] })),
  }, "proposal");
  test("are on the map dashed with their hours, and leave it one by one as they are drawn", () => {
    expect(proposed(two).features.map((f) => [f.geometry.type, f.properties.label])).toEqual([
      ["Polygon", "S1\n3 h 30 min"], ["Point", "S1\n3 h 30 min"], ["Polygon", "S2\n3 h 30 min"], ["Point", "S2\n3 h 30 min"],
    ]);
    expect(proposedShapes(two)[0]).toEqual({ name: "S1", ring: SQUARE, remark: "" });
    proposal.propose(two);
    proposal.drop("S1");
    expect(proposal.made?.segments.map((s) => s.name)).toEqual(["S2"]);
    proposal.drop("S2");
    expect(proposal.made).toBeNull();
    expect(proposed(null).features).toEqual([]);
  });
});

describe("places on the map", () => {
  const place = { lat_deg: 1, lon_deg: 2 };
  test("that were asked for are shown until asked again, longitude first", () => {
    marks.toggle("missed A1", [{ label: "2 ha", position: place }]);
    expect([marks.of, marked(marks.list).features[0]?.geometry.coordinates]).toEqual(["missed A1", [2, 1]]);
    marks.toggle("exits", []);
    expect(marks.of).toBe("exits");
    marks.toggle("exits", []);
    expect([marks.of, marks.list.length]).toEqual([null, 0]);
  });
  test("the base stands among the points", () => {
    const state = stateWith((raw) => { Object.assign(raw.tasking, { base: place, base_name: "Car park" }); });
    expect(seen(state, null).points.features.map((f) => [f.properties.kind, f.properties.label])).toEqual([["base", "Car park"], ["ipp", "IPP (PLS)"]]);
  });
});
