/** A case small enough to check by hand: one square segment of two by two degrees around its middle. */

import { caseState, type CaseState, type Position } from "../src/api/state";
import type { Product } from "../src/api/products";
import type { Plan, Search } from "../src/changes/plan";

export const SQUARE: Position[] = [[0, 0], [0, 2], [2, 2], [2, 0]].map(([lat_deg = 0, lon_deg = 0]) => ({ lat_deg, lon_deg }));
export const IPP = { kind: "pls" as const, position: { lat_deg: 0.5, lon_deg: 0.5 }, at: null, place: "gate", source: "" };

/** A state as the server sends it, with another list of points where given. */
export function stateWith({ seq = 3, points = [IPP] }: { seq?: number; points?: (typeof IPP)[] }): CaseState {
  return caseState(rawState(seq, points), "state");
}

export function rawState(seq: number, points: readonly unknown[] = [IPP]): unknown {
  return {
    case: "c", seq, as_of: "2026-03-01T05:40:00Z", unknown_events: 0,
    report: { title: "Test", reported_at: "2026-03-01T05:40:00Z", time_zone: "Europe/Berlin", jurisdiction: "", reporter: null, contact: null, relation: null, circumstances: null, invented: true },
    subject: { name: null, category: "hiker", age_years: null, sex: null, description: null, clothing: null, equipment: null, medical: null, marks: null, history: null, intended_destination: null, risk: null, companions: {} },
    evidence: { statements: {}, clues: {}, judgements: {}, readings: {} },
    scenarios: { scenarios: [], votes: {} },
    inquiries: { inquiries: {} },
    area: {
      ipp: IPP, points, crs: "EPSG:32631", box_m: 25000, cell_m: 100, ecoregion: null, relief: null, boundaries: {}, regions: {}, ground: {},
      segments: {
        SEG1: { id: "SEG1", name: "Square", ring: SQUARE, remark: "", retired: null, origins: [] },
        SEG2: { id: "SEG2", name: "Old", ring: SQUARE, remark: "", retired: "redrawn", origins: [] },
      },
    },
    people: { organisation: null, teams: {} },
    assignments: { periods: {}, assignments: {} },
    tasking: { needs: {}, limits: {}, choices: {}, base: null, base_name: "", aim: "expected" },
    notices: { notices: {} },
    decisions: { orders: {}, waivers: [], departure: null, suspensions: {}, find: null },
    seals: { facts: {} },
  };
}

export function rawCase(seq: number): unknown {
  return { seq, status: "active", state: rawState(seq), agenda: [], actors: [{ id: "operator", name: "operator", rank: "", may: ["record"] }] };
}

export function rawPoa(seq: number): unknown {
  return { name: "poa", seq, key: `k${seq}`, caveats: ["a caveat"], provenance: { model: "m" }, data: poaData({ before: 0.1, searches: [] }) };
}

export function poaData({ before, searches }: { before: number; searches: [string, number][] }): Product<"poa">["data"] {
  return {
    grid: { crs: "EPSG:32631", width: 2, height: 2, cell_m: 100 }, bounds: { west_deg: 0, south_deg: 0, east_deg: 2, north_deg: 2 },
    image: "/api/cases/c/products/poa/image.png?key=k", legend: [], rest_of_world: 0.1, rest_of_world_before: before, scenarios: [],
    searches: searches.map(([assignment, rest_of_world_after]) => ({
      assignment, opos: 0.01, rest_of_world_before: null, rest_of_world_after, coverage_mean: null, pod_mean: null, pod_if_uniform: null, track_length_m: null,
      planned: null, recorded: null, missed_share: null, missed: null,
    })),
    pos_cumulative: 0, responsive: null, hours: null, moving: [], companions: [], contours: { type: "FeatureCollection", features: [] },
  };
}

const made = (name: string, data: unknown): unknown => ({ name, seq: 3, key: "k", caveats: ["a caveat"], provenance: { model: "m" }, data });

/** What the functions of planning/judgement.py send, field by field, with figures that are easy to follow. */
export const RAW_PRODUCTS: Record<"departure" | "evidence" | "survival" | "inquiries", unknown> = {
  departure: made("departure", {
    sentence: "The subject may have left or not.", probability_left: 0.4, probability_left_searched: 0.5, left_unknown: 0.1,
    rest_of_world: 0.6, half_pod: { rest_of_world: 0.55, probability_left: 0.45 },
    ways: [{
      boundary: "B1", name: "North gate", is_watched: true, probability: 0.3, before_watch: 0.2, through_gap: 0.1, missed: 0,
      by_hour: [0.1, 0.2], half_by_hour: 2,
    }],
    scenarios: [{ scenario: "s1", weight_before: 0.5, weight_after: 0.4, probability_left: 1, title: "left" }],
    sensitivity: [{ what: "no watch had stood at all", probability_left: 0.7, change: 0.2 }],
    from_evidence: { weight_before: 0.5, weight_after: 0.4, judgements: [{ evidence: "S1", likelihood: { s1: 0.2 }, reason: "" }] },
    boundaries: [{ id: "B1", name: "North gate", kind: "road", sentence: "watched", watches: [{ quality: 0.8, since: null, until: null, remark: "" }] }],
    warning: "Rest of world measures effort.",
  }),
  evidence: made("evidence", {
    readings: [
      {
        evidence: "S1", kind: "sighting", reliability: 0.6, reliability_after: 0.7, bits: 1.5, bits_of_the_map: 1.2, mass_moved: 0.4,
        mass_moved_far: 0.3, rest_of_world_before: 0.2, rest_of_world_after: 0.1, weights_before: { s1: 0.5, s2: 0.5 }, weights_after: { s1: 0.6, s2: 0.4 },
      },
      {
        evidence: null, kind: "watches", reliability: null, reliability_after: null, bits: 0.1, bits_of_the_map: null, mass_moved: 0.01,
        mass_moved_far: 0, rest_of_world_before: 0.1, rest_of_world_after: 0.09, weights_before: { s1: 0.6, s2: 0.4 }, weights_after: { s1: 0.61, s2: 0.39 },
      },
    ],
    judgements: [{ evidence: "S1", likelihood: { s1: 1 }, reason: "", by: "operator" }],
    weights: { as_set: { s1: 0.5, s2: 0.5 }, as_judged: { s1: 0.5, s2: 0.5 }, now: { s1: 0.61, s2: 0.39 } },
    votes: [{ voter: "Anna", method: "mattson", values: { s1: "60", s2: "40" } }],
    consensus: { s1: 0.6, s2: 0.4 },
    disagreement: { s1: { lowest: 0.6, highest: 0.6, standard_deviation: 0, lowest_by: ["Anna"], highest_by: ["Anna"] } },
    partings: [{ companion: "M1", together_before: 0.8, together_after: 0.2, sentence: "Found alone." }],
  }),
  survival: made("survival", {
    category: "hiker", hours: 5,
    curve: [{ category: "hiker", hours: 0, p_alive: 1, low: 0.9, high: 1, n: 30, is_tabulated: true, source: "book", caveats: [] }],
    now: { category: "hiker", hours: 5, p_alive: 0.97, low: 0.8, high: 0.99, n: 20, is_tabulated: false, source: "book", caveats: ["few"] },
    why_unknown: null,
    states: [{ hours: 5, mobile_responsive: 0.5, immobile_responsive: 0.3, unresponsive: 0.1, dead: 0.05, hiding: 0.05 }],
    responsive_after_searches: null,
    caution: {
      text: "A figure ends no search.", cut_h: 51, sensitivity: [0.99, 0.98], elapsed_h: 51, survivors_located: 0.99, people_located: 0.98,
      still_missing: 20, later_found_alive: 5, source: "book",
    },
  }),
  inquiries: made("inquiries", {
    effort_m2: 2e6,
    ranked: [
      {
        inquiry: "Q1", title: "Did the driver see her?", kind: "ask", bits: 0.5, bits_scenarios: 0.5, minutes: 10, bits_per_minute: 0.05, pos_now: 0.2,
        pos_then: 0.25, pos_gain: 0.05, pos: null, reason: "Expected to tell 0.5 bits.",
        outcomes: [{ name: "yes", probability: 0.5, weights: [0.9, 0.1], rest_of_world: 0.1 }, { name: "no", probability: 0.5, weights: null, rest_of_world: null }],
      },
    ],
  }),
};

/** One search of a plan, by a team that is free. */
export const SEARCH: Search = {
  team: "T1", team_name: "Dog", kind: "search", segment: "SEG1", segment_name: "Square", boundary: null, boundary_name: null, period: "OP1", op: 1,
  starts_at: "2026-03-01T06:00:00Z", hours: 2.5, travel_minutes: 20, coverage: 1, pod: 0.63, poa: 0.2, pos: 0.126, psr_per_h: 0.05,
  is_locked: false, is_reflex: false, remarks: [], reason: "because",
};

/** Two periods: the dog searches in both, a watch is kept in the first; worst is worse by the plan as it is. */
export const PLAN: Plan = {
  choices: [
    SEARCH,
    { ...SEARCH, team: "T2", team_name: "Two", kind: "watch", segment: null, segment_name: null, boundary: "B1", boundary_name: "Road" },
    { ...SEARCH, period: "OP2", op: 2 },
  ],
  periods: [{ id: "OP1", op: 1, starts_at: "2026-03-01T06:00:00Z", hours: 5 }, { id: "OP2", op: 2, starts_at: "2026-03-01T18:00:00Z", hours: 5 }],
  aim: "expected", pos_total: 0.2, by_scenario: [{ id: "a", title: "A", weight: 0.7, pos: 0.25 }, { id: "b", title: "B", weight: 0.3, pos: 0.08 }],
  upper_bound: 0.21, gap: 0.01, is_proved: false, divisible_bound: 0.22, runner_up: { pos_total: 0.19, loss: 0.01, change: "Dog stays back" },
  other_aim: { aim: "worst", pos_total: 0.18, worst: 0.12, worst_of_this: 0.08, change: "Dog to Bog" }, unused: [],
};
