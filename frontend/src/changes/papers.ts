/** Documents in the order in which a desk looks for them. */

import type { DocumentRow } from "../api/files";

export interface Group { title: string; rows: DocumentRow[] }

const TITLES = ["Search papers", "Incident forms (ICS)", "Orders, notices, letters", "Record"] as const;
const NOTICES = new Set(["order", "notice", "recall", "ledger", "flyer", "suspension", "handover", "reopening", "closing"]);
const RECORD = new Set(["report", "log", "inquest", "evidence", "departure", "matters", "radio", "timeline", "after_action"]);

/** The documents of a case in groups; one without rows is left out. */
export function grouped(documents: readonly DocumentRow[]): Group[] {
  const of = (kind: string): number => (kind.startsWith("ics") ? 1 : NOTICES.has(kind) ? 2 : RECORD.has(kind) ? 3 : 0);
  return TITLES.map((title, i) => ({ title, rows: documents.filter((d) => of(d.kind) === i) })).filter((g) => g.rows.length > 0);
}
