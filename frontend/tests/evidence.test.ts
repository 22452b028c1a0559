/** Photographs and chains of custody in words: the camera's place and the marker's stay two facts. */

import { describe, expect, it } from "vitest";
import type { CaseState, Clue, Custody, Photograph } from "../src/api/state";
import { cameraLine, clockLine, distance_m, farLine, isHeld, isOpen, markerLine, photographsOf, unreadAfterChange } from "../src/changes/evidence";

const AT = "2026-05-09T20:00:00Z";
const HERE = { lat_deg: 42.2, lon_deg: -71.1 };
const THERE = { lat_deg: 42.209, lon_deg: -71.1 };

const photo = (more: Partial<Photograph> = {}): Photograph => ({
  id: "PH1", blob: "a".repeat(64), form: "jpeg", file_name: "IMG_1.jpg", of: "C1", also_of: [], caption: "", width_px: 4, height_px: 3, caveats: [],
  camera: { clock: "2026-05-09 13:12:05", offset: "-04:00", taken_at: AT, gps_at: null, position: HERE, altitude_m: null, model: "" },
  may_publish: "unknown", marker_position: HERE, placed_by_hand: false, attached_by: "ana", attached_at: AT, withdrawn: null, ...more,
});
const link = (more: Partial<Custody> = {}): Custody => ({
  id: "L2", kind: "handed_over", at: AT, holder: "lab", given_by: "Sam", place: "", seal_number: "", remark: "", confirmed_by: "", confirmed_at: null,
  confirmed_seal: "", confirmed_remark: "", ...more,
});

describe("photographs", () => {
  it("measures as the server does", () => expect(distance_m(HERE, THERE)).toBeCloseTo(1000.75, 1)); // 0.009 of a degree of 111 195 m
  it("tells the camera's place and the marker's apart", () => {
    const moved = photo({ marker_position: THERE, placed_by_hand: true });
    expect(cameraLine(moved)).toBe("42.20000, -71.10000");
    expect(markerLine(moved)).toBe("42.20900, -71.10000, placed by hand, 1.00 km from where the camera was");
    expect(markerLine(photo())).toContain("moved by nobody");
    expect(markerLine(photo({ marker_position: null, placed_by_hand: null }))).toBe("none");
  });
  it("does not guess what the camera did not say", () => {
    const bare = photo();
    expect(clockLine({ ...bare, camera: { ...bare.camera, offset: "" } })).toBe("2026-05-09 13:12:05, zone not known");
    expect(clockLine({ ...bare, camera: { ...bare.camera, clock: "" } })).toBe("not known");
    expect(cameraLine({ ...bare, camera: { ...bare.camera, position: null } })).toBe("not known");
  });
  it("says where the camera was far away", () => {
    expect(farLine(photo(), HERE)).toBeNull();
    expect(farLine(photo(), null)).toBeNull();
    expect(farLine(photo(), { lat_deg: 52.5, lon_deg: 13.4 })).toContain("look whether it belongs");
  });
  it("finds those of a thing, withdrawn ones last", () => {
    const all = { PH1: photo({ withdrawn: "x" }), PH2: photo({ id: "PH2", of: "subject", also_of: ["C1"] }), PH3: photo({ id: "PH3", of: "C2" }) };
    expect(photographsOf(all, "C1").map((p) => p.id)).toEqual(["PH2", "PH1"]);
  });
});

describe("custody", () => {
  it("is open until the receiver confirms", () => {
    expect(isOpen(link())).toBe(true);
    expect(isOpen(link({ confirmed_at: AT }))).toBe(false);
    expect(isOpen(link({ kind: "found" }))).toBe(false);
    expect(isOpen(link({ kind: "destroyed" }))).toBe(false);
  });
  it("ends where a thing left for good", () => {
    expect(isHeld([])).toBe(false);
    expect(isHeld([link()])).toBe(true);
    expect(isHeld([link(), link({ kind: "returned" })])).toBe(false);
  });
});

describe("what was read before it changed", () => {
  const clue = (fields: string[]): Clue => ({
    id: "C1", name: "cap", description: "", finder: "", found_at: null, position: null, place: "", instruction: "collect", custody: [],
    amendments: [{ at: "2026-05-09T20:05:00Z", by: "ana", fields, reason: "" }], withdrawn: null,
  });
  const judged = (at: string): CaseState["evidence"] => ({
    statements: {}, clues: {}, readings: {}, judgements: { C1: { evidence: "C1", likelihood: {}, reason: "", by: "ana", at } },
  });
  it("is told, but not of what says nothing", () => {
    expect(unreadAfterChange(clue(["position"]), judged(AT))).toEqual(["judgement"]);
    expect(unreadAfterChange(clue(["position"]), judged("2026-05-09T20:06:00Z"))).toEqual([]);
    expect(unreadAfterChange(clue(["instruction", "finder"]), judged(AT))).toEqual([]);
    expect(unreadAfterChange({ ...clue(["position"]), withdrawn: "x" }, judged(AT))).toEqual([]);
  });
});
