import { expect, test } from "vitest";
import type { Board } from "../src/api/phones";
import { OLD_MIN, phonesSeen } from "../src/changes/phones";

const AT = Date.parse("2026-05-09T20:30:00Z");
const phone = (id: string, minutes: number, revoked: string | null = null): Board["phones"][number] => ({
  id, team: "T1", team_name: "One", holder: "Robin", joined_at: "2026-05-09T19:00:00Z", heard_at: null, revoked, accuracy_m: 5, battery: null,
  position: { lat_deg: 42.2, lon_deg: -71.1 }, at: new Date(AT - minutes * 60_000).toISOString(), is_recording: true, points: 3,
});

test("a place is grey once it is old, and a phone that is shut out is nowhere", () => {
  const board: Board = { seq: 1, at: new Date(AT).toISOString(), invitations: [], refused: [], phones: [phone("PH1", 1), phone("PH2", OLD_MIN + 1), phone("PH3", 0, "lost")] };
  const trails = { type: "FeatureCollection" as const, features: [{ type: "Feature" as const, properties: { phone: "PH1", team: "T1" }, geometry: { type: "LineString" as const, coordinates: [[-71.1, 42.2], [-71.1, 42.3]] as [number, number][] } }] };
  const seen = phonesSeen(board, trails, AT).features;
  expect(seen.map((f) => [f.geometry.type, f.properties.old])).toEqual([["LineString", undefined], ["Point", false], ["Point", true]]);
  expect(seen[1]?.geometry.coordinates).toEqual([-71.1, 42.2]);
  expect(phonesSeen(null, null, AT).features).toEqual([]);
});
