import { describe, expect, test } from "vitest";
import { dropOf } from "../src/changes/tasking";

describe("letting go on the board", () => {
  test("a team on a segment is a draft, and nothing anywhere else", () => {
    expect(dropOf({ kind: "team", id: "T1" }, "segment", "SEG2")).toEqual({ command: "draft_assignment", fields: { team: "T1", segment: "SEG2" } });
    expect(dropOf({ kind: "team", id: "T1" }, "segment")).toBeNull();
    expect(dropOf({ kind: "team", id: "T1" }, "out")).toBeNull();
  });
  test("an assignment goes out once and comes back once", () => {
    const at = (status: string, column: "out" | "back" | "prepared"): string | null => dropOf({ kind: "assignment", id: "A1", status }, column)?.command ?? null;
    expect([at("draft", "out"), at("approved", "out"), at("dispatched", "out"), at("stopped", "out")]).toEqual(["dispatch_assignment", "dispatch_assignment", null, null]);
    expect([at("dispatched", "back"), at("draft", "back"), at("back", "back"), at("dispatched", "prepared")]).toEqual(["report_back", null, null, null]);
  });
});
