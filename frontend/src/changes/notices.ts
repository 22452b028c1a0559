/** A notice's place in its life at a time, what each line of its ledger waits for, and how two versions differ. */

import type { Notice, NoticeVersion, Receipt } from "../api/state";

export const GROUPS = ["waiting", "out", "recall", "ready", "ended"] as const;
export type Group = (typeof GROUPS)[number];

export const GROUP_TITLES: Record<Group, string> = {
  waiting: "Wait for approval", out: "Out", recall: "Ended, not all back", ready: "Not out", ended: "Ended",
};

export const isEnded = (n: Notice): boolean => n.status === "withdrawn" || n.status === "cancelled";
export const isExpired = (n: Notice, now_ms: number): boolean => n.expires_at !== null && Date.parse(n.expires_at) <= now_ms;
export const isSuspensionOver = (n: Notice, now_ms: number): boolean =>
  n.status === "suspended" && n.suspended_until !== null && Date.parse(n.suspended_until) <= now_ms;

/** The group under which a notice is listed: what waits for a decision comes first. */
export function groupOf(n: Notice): Group {
  const lines = Object.values(n.ledger);
  if (isEnded(n)) return lines.some((r) => r.recall_confirmed_at === null) ? "recall" : "ended";
  if (n.status === "draft" || n.pending !== null) return "waiting";
  return lines.length ? "out" : "ready";
}

/** Recipients and republishers with an older version than the one in force. */
export const behind = (n: Notice): Receipt[] => (isEnded(n) ? [] : Object.values(n.ledger).filter((r) => r.version < n.version));

export type LedgerAct = "acknowledge_notice" | "send_recall" | "chase_recall" | "confirm_recall";

/** What can be written down next about one line of a ledger. */
export function actsFor(n: Notice, r: Receipt): LedgerAct[] {
  if (!isEnded(n)) return r.acknowledged_at === null || r.acknowledged_version < r.version ? ["acknowledge_notice"] : [];
  if (r.recall_confirmed_at !== null) return [];
  return r.recall_sent_at === null ? ["send_recall", "confirm_recall"] : ["confirm_recall", "chase_recall"];
}

/** Every version that was ever drafted, the first first. */
export function versionsOf(n: Notice): NoticeVersion[] {
  return [...n.earlier, n, ...(n.pending === null ? [] : [n.pending])].sort((a, b) => a.version - b.version);
}

/** The version that a waiting one is held against: the one in force, or nothing for a first draft. */
export const before = (n: Notice): NoticeVersion | null =>
  n.pending !== null ? n : (n.earlier.filter((v) => v.version < n.version).at(-1) ?? null);

export interface Piece {
  kind: "same" | "gone" | "new";
  text: string;
}

const LONGEST = 1500; // words; a longer text is shown whole, old and new

/** Two texts word by word: what stayed, what is gone, what is new (longest common subsequence). */
export function difference(old: string, now: string): Piece[] {
  const parts = (text: string): string[] => text.match(/\S+\s*|\s+/g) ?? [];
  const [a, b] = [parts(old), parts(now)];
  if (a.length > LONGEST || b.length > LONGEST) {
    return old === now ? [{ kind: "same", text: now }] : [{ kind: "gone", text: old }, { kind: "new", text: now }];
  }
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width); // of the longest common part from (i, j) on
  const at = (i: number, j: number): number => length[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const out: Piece[] = [];
  const put = (kind: Piece["kind"], text: string): void => {
    const last = out.at(-1);
    if (last?.kind === kind) last.text += text;
    else out.push({ kind, text });
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      put("same", a[i] ?? "");
      i++;
      j++;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) put("gone", a[i++] ?? "");
    else put("new", b[j++] ?? "");
  }
  return out;
}

/** The fields beside title and text in which two versions differ: name, before, now. */
export function changedFields(old: NoticeVersion, now: NoticeVersion): [string, string, string][] {
  const names = ["permits", "shows", "area", "contact", "link", "photograph", "expires_at", "disclose_because"] as const;
  const said = (v: NoticeVersion, name: (typeof names)[number]): string => {
    const value = v[name];
    return Array.isArray(value) ? value.map((x) => x.replaceAll("_", " ")).join(", ") : (value ?? "");
  };
  return names.map((name): [string, string, string] => [name, said(old, name), said(now, name)]).filter(([, was, is]) => was !== is);
}
