import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { schema } from "../src/api/commands";
import { blankDraft, fieldsOf, only, options, trailText, widget } from "../src/changes/fields";
import { NOTHING_TOLD, debriefAssignment, draftAssignment, effectOf } from "../src/changes/outing";
import { HOME, panelOf, parseRoute, writeRoute } from "../src/changes/route";
import { added, fault, percentText, rows, scaled, setScenarios, total } from "../src/changes/scenarios";
import { extent, middle, seen } from "../src/changes/seen";
import { ALSO, CHECKLIST, answered, proposeSuspension } from "../src/changes/suspension";
import { IPP, SEARCH, SQUARE, poaData, stateWith } from "./fixtures";

describe("route", () => {
  test("survives the address bar", () => {
    const route = { id: "lost hiker/1", panel: "teams", act: "debrief_assignment", about: "A1", as_of: "2026-03-01T06:40+01:00" } as const;
    expect(parseRoute(writeRoute(route))).toEqual(route);
    expect(parseRoute("")).toEqual(HOME);
    expect(writeRoute(HOME)).toBe("#/");
  });
  test("an unknown panel is the agenda; an unknown command has its form in the list", () => {
    expect(parseRoute("#/case/x/kitchen").panel).toBe("now");
    expect(panelOf("debrief_assignment")).toBe("teams");
    expect(panelOf("adopt_organisation")).toBe("commands");
    expect(["read_evidence", "adopt_votes", "answer_inquiry"].map(panelOf)).toEqual(["evidence", "scenarios", "inquiries"]);
  });
});

// as command.py writes it
const DEBRIEF = schema({
  type: "object", required: ["assignment"], additionalProperties: false,
  properties: {
    assignment: { type: "string" }, sweep_width: { type: ["string", "number"], format: "length", examples: ["30 m"] },
    searchers: { type: "integer" }, remarks: { type: "string" }, sure: { type: "boolean" },
    ring: { type: "array", items: { type: ["string", "number", "object"], format: "position", examples: ["42.2,-71.1"] } },
    checklist: { type: "object", additionalProperties: { type: "string" } },
    conditions: { type: "array", items: { type: "string", enum: ["unharmed", "no_publicity"] } },
    ranks: { type: "array", items: { type: "object", properties: { id: { type: "string" }, order: { type: "integer" } }, required: ["id"] } },
  },
}, "schema");

describe("forms from schemas", () => {
  test("every kind of field has its way of being entered", () => {
    const kinds = Object.fromEntries(Object.entries(DEBRIEF.properties).map(([n, s]) => [n, widget(n, s, DEBRIEF.required.includes(n))]));
    expect(kinds).toEqual({
      assignment: "line", sweep_width: "line", searchers: "number", remarks: "text", sure: "tick", ring: "trail",
      checklist: "table", conditions: "ticks", ranks: "list",
    });
  });
  test("what was left empty is not sent, and text stays text", () => {
    const draft = blankDraft(DEBRIEF);
    expect(fieldsOf(DEBRIEF, draft)).toEqual({});
    expect(fieldsOf(DEBRIEF, {
      ...draft, assignment: " A1 ", sweep_width: "30 m", sure: true, ring: "42.2,-71.1\n\n 42.3,-71.2 ",
      checklist: "family: yes, by phone\nclues = none", conditions: ["unharmed"], ranks: [{ id: "r1", order: "" }],
    })).toEqual({
      assignment: "A1", sweep_width: "30 m", sure: true, ring: ["42.2,-71.1", "42.3,-71.2"],
      checklist: { family: "yes, by phone", clues: "none" }, conditions: ["unharmed"], ranks: [{ id: "r1" }],
    });
  });
  test("a drawn outline is text that can be corrected by hand", () => {
    expect(trailText([{ lat_deg: 42.2, lon_deg: -71.1 }, { lat_deg: 42.25, lon_deg: -71.05 }])).toBe("42.200000,-71.100000\n42.250000,-71.050000");
  });
  test("what is hidden is not sent", () => {
    expect(only({ kind: "aml", error_m: "30 m", radius_m: "" }, ["kind", "radius_m"])).toEqual({ kind: "aml", radius_m: "" });
  });
  test("fields that hold ids offer what the case has; retired segments are not offered", () => {
    const state = stateWith({});
    expect(options(state, "draft_assignment", "segment")).toEqual([{ id: "SEG1", label: "SEG1 Square" }]);
    expect(options(state, "describe_subject", "name")).toBeNull();
    expect(options(state, "take_report", "subject")).toBeNull();
  });
});

describe("scenarios", () => {
  const two = rows([
    { id: "a", title: "lost", kind: "lost", weight: 0.7, category: null, rest_of_world: 0, region: null, reason: "", moves: "auto", goal: null },
    { id: "b", title: "left", kind: "runaway", weight: 0.3, category: null, rest_of_world: 0.9, region: null, reason: "", moves: "auto", goal: null },
  ]);
  test("fractions come back from per cent as they were", () => {
    expect(percentText(0.07)).toBe("7");
    expect(Number(percentText(1 / 3)) / 100).toBeCloseTo(1 / 3, 12);
  });
  test("weights must sum to 100 %", () => {
    expect(total(two)).toBe(100);
    expect(fault(two)).toBeNull();
    const short = two.map((r) => ({ ...r, weight: r.id === "b" ? "20" : r.weight }));
    expect(fault(short)).toBe("The weights sum to 90 %: 10 % are missing.");
    expect(fault(added(two))).toContain("is not a number of per cent");
    expect(fault([])).toBe("Name at least one scenario.");
  });
  test("bringing to 100 % keeps proportions: 70 and 20 become 77.78 and 22.22", () => {
    const found = scaled(two.map((r) => ({ ...r, weight: r.id === "b" ? "20" : "70" })));
    expect(found.map((r) => r.weight)).toEqual(["77.78", "22.22"]);
    expect(scaled([1, 2, 3].map(() => ({ ...two[0]!, weight: "0" }))).reduce((s, r) => s + Number(r.weight), 0)).toBeCloseTo(100, 9);
  });
  test("a decimal comma is understood, ids stay unique, and per cent goes out as per cent", () => {
    expect(total(two.map((r) => ({ ...r, weight: "50,5" })))).toBe(101);
    expect(added(added([])).map((r) => r.id)).toEqual(["s1", "s2"]);
    expect(setScenarios(two, " because ")).toEqual({
      reason: "because",
      scenarios: [
        { id: "a", title: "lost", kind: "lost", weight: "70 %", rest_of_world: "0 %" },
        { id: "b", title: "left", kind: "runaway", weight: "30 %", rest_of_world: "90 %" },
      ],
    });
  });
});

describe("stories in which the subject walks", () => {
  const held = { id: "a", title: "ran", kind: "runaway", weight: 1, category: null, rest_of_world: 0, region: null, reason: "", moves: "moving", goal: { lat_deg: 42.2, lon_deg: -71.1 } } as const;
  test("come back as they were; what follows from the kind is not said", () => {
    const [row] = rows([held]);
    expect(row).toMatchObject({ moves: "moving", goal: "42.200000,-71.100000" });
    expect(setScenarios(row ? [row] : [], "", true)).toEqual({
      confirm_far: true, scenarios: [{ id: "a", title: "ran", kind: "runaway", weight: "100 %", rest_of_world: "0 %", moves: "moving", goal: "42.200000,-71.100000" }],
    });
    expect(added([])[0]).toMatchObject({ moves: "auto", goal: "" });
  });
});

describe("outings", () => {
  test("a choice of the plan becomes a draft", () => {
    const choice = SEARCH;
    expect(draftAssignment(choice)).toEqual({ team: "T1", segment: "SEG1", duration: "150 min", task: "Search Square.", period: "OP1" });
    expect(draftAssignment({ ...choice, period: null }, "old shafts")).toEqual({
      team: "T1", segment: "SEG1", duration: "150 min", task: "Search Square.", hazards: "old shafts",
    });
  });
  test("sweep width and POD never go together", () => {
    const told = { ...NOTHING_TOLD, sweep_width: "30 m", track_length: "2.1 km", pod: "60 %", gaps: "  " };
    expect(debriefAssignment("A1", told)).toEqual({ assignment: "A1", sweep_width: "30 m", track_length: "2.1 km", searchers: "1" });
    expect(debriefAssignment("A1", { ...told, by: "pod" })).toEqual({ assignment: "A1", pod: "60 %", searchers: "1" });
    const called = { ...told, sweep_width_responsive: "200 m", pod_responsive: "90 %" };
    expect(debriefAssignment("A1", called)).toMatchObject({ sweep_width: "30 m", sweep_width_responsive: "200 m" });
    expect(debriefAssignment("A1", called)).not.toHaveProperty("pod_responsive");
    expect(debriefAssignment("A1", { ...called, by: "pod" })).toMatchObject({ pod: "60 %", pod_responsive: "90 %" });
  });
  test("rest of world before a search is what the search before it left", () => {
    const data = poaData({ before: 0.2, searches: [["A1", 0.21], ["A2", 0.25]] });
    expect(effectOf(data, "A1")).toMatchObject({ before: 0.2, after: 0.21 });
    expect(effectOf(data, "A2")).toMatchObject({ before: 0.21, after: 0.25 });
    expect(effectOf(data, "A9")).toBeNull();
  });
});

describe("suspension", () => {
  test("the questions are those of the server", () => {
    const python = readFileSync(new URL("../../src/wayhome/case/decision.py", import.meta.url), "utf8");
    for (const [name, shown] of [["CHECKLIST", CHECKLIST], ["ALSO", ALSO]] as const) {
      const block = new RegExp(`SUSPENSION_${name}: dict\\[str, str\\] = \\{([^}]*)\\}`).exec(python)?.[1] ?? "";
      const asked = Object.fromEntries([...block.matchAll(/"(\w+)": "([^"]*)"/g)].map((m) => [m[1], m[2]]));
      expect(Object.keys(asked).length).toBeGreaterThan(0);
      expect(shown).toEqual(asked);
    }
  });
  test("an empty answer is not an answer", () => {
    expect(answered({ family: " told ", coroner: " " })).toEqual({ family: "told" });
    expect(proposeSuspension(" why ", "a clue", { family: " told ", hazard: " " })).toEqual({
      reasons: "why", reopen_if: "a clue", checklist: { family: "told" },
    });
  });
});

describe("what the map shows", () => {
  test("longitude first, rings closed, names in the middle", () => {
    const drawn = seen(stateWith({}), null);
    expect(drawn.segments.features[0]?.geometry).toEqual({ type: "Polygon", coordinates: [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]] });
    expect(drawn.segments.features[1]?.geometry).toEqual({ type: "Point", coordinates: [1, 1] });
    expect(drawn.points.features.map((f) => f.properties.label)).toEqual(["IPP (PLS)"]);
  });
  test("the middle of a triangle is its centroid; of a line, the mean", () => {
    expect(middle([{ lat_deg: 0, lon_deg: 0 }, { lat_deg: 0, lon_deg: 3 }, { lat_deg: 3, lon_deg: 0 }])).toEqual([1, 1]);
    expect(middle([{ lat_deg: 0, lon_deg: 0 }, { lat_deg: 0, lon_deg: 1 }, { lat_deg: 0, lon_deg: 2 }])).toEqual([1, 0]);
  });
  test("a PLS at another place than the IPP is its own point; withdrawn clues are gone", () => {
    const moved = { kind: "pls" as const, position: { lat_deg: 1, lon_deg: 1 }, at: null, place: "", source: "" };
    const state = stateWith({ points: [IPP, moved] });
    expect(seen(state, null).points.features.map((f) => f.properties.kind)).toEqual(["pls", "ipp"]);
  });
  test("the extent holds everything, and of nothing there is none", () => {
    const drawn = seen(stateWith({}), null);
    expect(extent([drawn.segments])).toEqual([0, 0, 2, 2]);
    expect(extent([drawn.boundaries])).toBeNull();
    expect(SQUARE.length).toBe(4);
  });
});
