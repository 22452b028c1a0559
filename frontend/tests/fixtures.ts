/** A case small enough to check by hand: one square segment of two by two degrees around its middle. */

import { caseState, type CaseState, type Position } from "../src/api/state";
import type { Product } from "../src/api/products";

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
    subject: { name: null, category: "hiker", age_years: null, sex: null, description: null, clothing: null, equipment: null, medical: null, marks: null, history: null, intended_destination: null, risk: null },
    evidence: { statements: {}, clues: {}, judgements: {} },
    scenarios: { scenarios: [] },
    area: {
      ipp: IPP, points, crs: "EPSG:32631", box_m: 25000, cell_m: 100, ecoregion: null, relief: null, boundaries: {}, regions: {}, ground: {},
      segments: {
        SEG1: { id: "SEG1", name: "Square", ring: SQUARE, remark: "", retired: null },
        SEG2: { id: "SEG2", name: "Old", ring: SQUARE, remark: "", retired: "redrawn" },
      },
    },
    people: { organisation: null, teams: {} },
    assignments: { periods: {}, assignments: {} },
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
    })),
    pos_cumulative: 0, contours: { type: "FeatureCollection", features: [] },
  };
}
