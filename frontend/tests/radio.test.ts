/** What the radio desk reads back, and in which order it lists. */

import { describe, expect, test } from "vitest";
import type { Line } from "../src/api/radio";
import type { Message } from "../src/api/state";
import { listed, minutes, readBack } from "../src/changes/radio";

const LINE: Line = {
  team: null, to_team: null, assignment: null, clue: null, clock: "", heard_at: null, status: null, priority: "routine",
  is_located: false, text: "words",
};
const message = (id: string, at: string, more: Partial<Message> = {}): Message => ({
  id, kind: "radio", at, logged_at: at, by: "operator", sender: "", to: "", subject: "", text: id, channel: "", priority: "routine",
  team: null, assignment: null, clue: null, position: null, place: "", reply_wanted: false, replies: [], earlier: [], against_orders: [],
  stopped_by_order: null, ...more,
});

describe("a typed line", () => {
  test("of words alone is read as no more than that", () => expect(readBack(LINE, String, String)).toEqual([]));
  test("is read back whole, what is loud first", () => {
    const line: Line = { ...LINE, team: "T1", assignment: "A2", clue: "C1", heard_at: "10:42", status: "on_scene", priority: "emergency", is_located: true };
    expect(readBack(line, (id) => `team ${id}`, (at) => `at ${at}`)).toEqual([
      "EMERGENCY", "from team T1", "on A2", "about C1", "heard at 10:42", "outing now: on scene", "SUBJECT LOCATED",
    ]);
    expect(readBack({ ...LINE, to_team: "T1" }, String, String)).toEqual(["to T1"]);
  });
});

describe("the log", () => {
  const early = message("MSG1", "2026-03-01T06:00:00Z", { sender: "T1", team: "T1" });
  const late = message("MSG2", "2026-03-01T07:00:00Z", { to: "T1" });
  const other = message("MSG3", "2026-03-01T06:30:00Z", { sender: "T2" });
  const again = message("MSG4", "2026-03-01T06:30:00Z", { sender: "T2", logged_at: "2026-03-01T08:00:00Z" });
  const ids = (found: Message[]): string[] => found.map((m) => m.id);
  test("is listed newest first by when it was heard", () => {
    expect(ids(listed([early, late, other, again], ""))).toEqual(["MSG2", "MSG4", "MSG3", "MSG1"]);
  });
  test("of one team holds what it said, what was said to it, and what is about it", () => {
    expect(ids(listed([early, late, other], "T1"))).toEqual(["MSG2", "MSG1"]);
  });
});

test("minutes are whole, and hours where there are any", () => {
  expect([minutes(0, 59_999), minutes(0, 60_000), minutes(3_600_000, 0), minutes(0, 5_400_000)]).toEqual(["0 min", "1 min", "1 h 0 min", "1 h 30 min"]);
});
