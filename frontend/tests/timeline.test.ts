/** The timeline as it is drawn: spaces to scale, contradictions by the entry that comes last. */

import { describe, expect, test } from "vitest";
import { timelineAnswer, type Timeline } from "../src/api/timeline";
import { MOST_REM, nameOfEntry, panelOfEntry, rows, untilReport } from "../src/changes/timeline";

const entry = (id: string, at: string | null, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  id, kind: "statement", source: id, title: `witness of ${id}`, says: "", at, told_at: null, position: null, place: "", error_m: null,
  reliability: null, read_as: null, is_presence: true, counts: true, withdrawn: null, decides_departure: false, came_from: null, ...more,
});
const made: Timeline = timelineAnswer(
  {
    seq: 9, case: "c", time_zone: "Europe/Berlin",
    happenings: [
      entry("S1", "2026-03-01T00:00:00Z"), entry("S2", "2026-03-01T00:30:00Z"), entry("C1", "2026-03-01T02:30:00Z", { kind: "clue", is_presence: false }),
      entry("S3", "2026-03-01T22:30:00Z"), entry("report", "2026-03-02T00:00:00Z", { kind: "report", title: "Reported missing" }), entry("S4", null),
    ],
    contradictions: [{ kind: "not_on_foot", items: ["S1", "S3"], at: "2026-03-01T22:30:00Z", says: "far", resolves: "ask", distance_m: 1, time_s: 2, speed_mps: 3 }],
    gaps: [
      { since: "2026-03-01T00:30:00Z", until: "2026-03-01T22:30:00Z", after: "S2", before: "S3", says: "22 h" },
      { since: "2026-03-01T22:30:00Z", until: "2026-03-02T00:00:00Z", after: "S3", before: "report", says: "1 h 30 min" },
    ],
    lacking: [{ id: "S4", title: "witness of S4", lacks: ["time", "place"] }],
  },
  "timeline",
);

describe("a timeline as it is drawn", () => {
  const drawn = rows(made);
  const spaceAfter = (id: string) => drawn.find((r) => r.happening.id === id)?.space;

  test("has a space of half a rem an hour, and a break where that would be too long", () => {
    expect(spaceAfter("S1")).toEqual({ hours: 0.5, rem: 0.25, is_broken: false, is_labelled: false, gap: null });
    expect(spaceAfter("S2")).toMatchObject({ hours: 2, rem: 1, is_broken: false, is_labelled: true });
    expect(spaceAfter("C1")).toMatchObject({ hours: 20, rem: MOST_REM, is_broken: true });
  });

  test("has no space after the last that has a time, and none after what has none", () => {
    expect([spaceAfter("report"), spaceAfter("S4")]).toEqual([null, null]);
  });

  test("names a gap once, where it begins", () => {
    expect([spaceAfter("S2")?.gap?.says, spaceAfter("C1")?.gap]).toEqual(["22 h", null]);
    expect(spaceAfter("S3")?.gap).toBeNull(); // the one until the report stands in the head
    expect(untilReport(made)?.says).toBe("1 h 30 min");
  });

  test("puts a contradiction by the later of its entries", () => {
    expect(drawn.filter((r) => r.contradictions.length).map((r) => r.happening.id)).toEqual(["S3"]);
  });

  test("says where an entry is changed and what it is called", () => {
    const [first, , clue] = made.happenings;
    expect(first && panelOfEntry(first)).toBe("evidence");
    expect(clue && nameOfEntry(clue)).toBe("C1 witness of C1");
    expect(made.happenings.filter((h) => h.kind === "report").map((h) => [nameOfEntry(h), panelOfEntry(h)])).toEqual([["Reported missing", "report"]]);
  });
});
