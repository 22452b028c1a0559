import { describe, expect, it } from "vitest";

import type { Notice, NoticeVersion, Receipt } from "../src/api/state";
import { actsFor, before, behind, changedFields, difference, groupOf, isExpired, isSuspensionOver, versionsOf } from "../src/changes/notices";

const AT = "2026-03-01T06:00:00Z";
const version = (more: Partial<NoticeVersion> = {}): NoticeVersion => ({
  version: 1, title: "T", text: "one two three", permits: [], shows: [], area: "", contact: "", link: "", photograph: "",
  expires_at: null, disclose_because: "", discloses_more: [], reason: "", drafted_by: "bo", drafted_at: AT, approved_by: null,
  approved_at: null, rejected: null, rejected_by: "", rejected_at: null, ...more,
});
const receipt = (audience: string, more: Partial<Receipt> = {}): Receipt => ({
  audience, sent_at: AT, via: "", is_republisher: false, address: "", link: "", version: 1, sendings: [], acknowledged_at: null,
  acknowledged_by: "", acknowledged_version: 1, recall_sent_at: null, recall_means: null, recall_proof: "", recall_proof_file: "",
  reminders: [], recall_confirmed_at: null, recall_confirmed_by: "", recall_confirmed_proof: "", ...more,
});
const notice = (more: Partial<Notice> = {}): Notice => ({
  ...version(), id: "N1", kind: "warrant", status: "published", published_at: AT, stopped_by_order: null, stopped_audiences: [],
  against_consent: "", against_consent_by: "", suspended: null, suspended_by: "", suspended_at: null, suspended_until: null,
  withdrawn: null, withdrawn_by: "", withdrawn_at: null, cancelled: null, cancelled_by: "", cancelled_at: null, earlier: [],
  pending: null, ledger: { East: receipt("East") }, ...more,
});

describe("where a notice stands", () => {
  it("lists what waits for a decision first, and an ended one apart until it is back", () => {
    expect(groupOf(notice())).toBe("out");
    expect(groupOf(notice({ status: "draft", ledger: {} }))).toBe("waiting");
    expect(groupOf(notice({ pending: version({ version: 2 }) }))).toBe("waiting");
    expect(groupOf(notice({ status: "approved", ledger: {} }))).toBe("ready");
    expect(groupOf(notice({ status: "withdrawn" }))).toBe("recall");
    expect(groupOf(notice({ status: "cancelled", ledger: { East: receipt("East", { recall_confirmed_at: AT }) } }))).toBe("ended");
    expect(groupOf(notice({ status: "withdrawn", pending: version({ version: 2 }), ledger: {} }))).toBe("ended");
  });

  it("expires at its time, not before, and a suspension is over likewise", () => {
    const at = Date.parse(AT);
    expect(isExpired(notice(), at)).toBe(false);
    expect(isExpired(notice({ expires_at: AT }), at)).toBe(true);
    expect(isExpired(notice({ expires_at: AT }), at - 1)).toBe(false);
    expect(isSuspensionOver(notice({ status: "suspended", suspended_until: AT }), at)).toBe(true);
    expect(isSuspensionOver(notice({ status: "published", suspended_until: AT }), at)).toBe(false);
  });
});

describe("the ledger", () => {
  it("says who has an older version, and nobody has once the notice ended", () => {
    expect(behind(notice({ version: 2 })).map((r) => r.audience)).toEqual(["East"]);
    expect(behind(notice())).toEqual([]);
    expect(behind(notice({ version: 2, status: "cancelled" }))).toEqual([]);
  });

  it("offers what each line waits for", () => {
    const ended = notice({ status: "withdrawn" });
    expect(actsFor(notice(), receipt("x"))).toEqual(["acknowledge_notice"]);
    expect(actsFor(notice(), receipt("x", { acknowledged_at: AT }))).toEqual([]);
    expect(actsFor(notice(), receipt("x", { acknowledged_at: AT, version: 2 }))).toEqual(["acknowledge_notice"]);
    expect(actsFor(ended, receipt("x"))).toEqual(["send_recall", "confirm_recall"]);
    expect(actsFor(ended, receipt("x", { recall_sent_at: AT }))).toEqual(["confirm_recall", "chase_recall"]);
    expect(actsFor(ended, receipt("x", { recall_confirmed_at: AT }))).toEqual([]);
  });
});

describe("versions", () => {
  it("shows word by word what is gone and what is new", () => {
    expect(difference("in a red coat", "in a blue coat")).toEqual([
      { kind: "same", text: "in a " }, { kind: "gone", text: "red " }, { kind: "new", text: "blue " }, { kind: "same", text: "coat" },
    ]);
    expect(difference("same", "same")).toEqual([{ kind: "same", text: "same" }]);
    expect(difference("", "new")).toEqual([{ kind: "new", text: "new" }]);
  });

  it("gives back both texts from the pieces, whatever they are", () => {
    const texts = ["", "a", "a b", "b a", "a\n\nb c a", " a ", "x ".repeat(3000)];
    for (const old of texts) {
      for (const now of texts) {
        const pieces = difference(old, now);
        expect(pieces.filter((p) => p.kind !== "new").map((p) => p.text).join("")).toBe(old);
        expect(pieces.filter((p) => p.kind !== "gone").map((p) => p.text).join("")).toBe(now);
      }
    }
  });

  it("holds a waiting version against the one in force, and a changed draft against the one before", () => {
    const second = version({ version: 2, text: "new", shows: ["name", "last_seen_area"], contact: "555" });
    const held = notice({ pending: second });
    expect(before(held)?.version).toBe(1);
    expect(before(notice({ version: 2, status: "draft", earlier: [version()], ledger: {} }))?.version).toBe(1);
    expect(before(notice({ status: "draft", ledger: {} }))).toBeNull();
    expect(versionsOf(held).map((v) => v.version)).toEqual([1, 2]);
    expect(changedFields(held, second)).toEqual([["shows", "", "name, last seen area"], ["contact", "", "555"]]);
  });
});
