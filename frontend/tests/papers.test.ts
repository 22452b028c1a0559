import { expect, test } from "vitest";
import { documentAddress, printAllAddress } from "../src/api/files";
import { grouped } from "../src/changes/papers";

const row = (kind: string) => ({ kind, title: kind.toUpperCase(), for: null });

test("every document stands in one group, and empty groups are left out", () => {
  const rows = ["plan", "ics205", "notice", "log", "sar104", "somethingnew"].map(row);
  const groups = grouped(rows);
  expect(groups.flatMap((g) => g.rows).length).toBe(rows.length);
  expect(groups.map((g) => g.rows.map((r) => r.kind))).toEqual([["plan", "sar104", "somethingnew"], ["ics205"], ["notice"], ["log"]]);
  expect(grouped([])).toEqual([]);
});

test("the sheet is asked for only where one was chosen", () => {
  expect(documentAddress("c", "plan", null, null)).not.toContain("paper");
  expect(documentAddress("c", "plan", "A1", null, "letter")).toContain("paper=letter");
  expect(printAllAddress("c", null)).toMatch(/print-all\.pdf$/);
  expect(printAllAddress("c", null, "a4")).toContain("paper=a4");
});
