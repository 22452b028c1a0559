/** Cases: list, open, read as of any time, and the log. */

import { anything, list, number, oneOf, orNull, record, table, text, time, truth, type Checked } from "../lib/check";
import { address, get, post } from "./http";
import { caseState } from "./state";

const status = oneOf("unopened", "active", "suspended", "found", "closed", "handed_over", "merged");

export const caseList = record({
  cases: list(record({ id: text, title: text, status, seq: number, reported_at: orNull(time), invented: truth, waiting: number })),
});
const opened = record({ case: text, seq: number });
const matter = record({
  what: text, command: text, about: text, whom: text, since: orNull(time), due: orNull(time),
  urgency: oneOf("now", "soon", "open"),
});
const clock = record({ kind: text, says: text, about: text, due: time, command: text, is_over: truth });
export const clocksAnswer = record({
  seq: number, at: time, daylight: orNull(record({ is_dark: truth, changes_at: orNull(time) })), clocks: list(clock),
});
const actor = record({ id: text, name: text, rank: text, may: list(text) });
export const caseAnswer = record({ seq: number, status, state: caseState, agenda: list(matter), actors: list(actor) });
const entry = record({
  seq: number, at: time, by: text, desk: text, hash: text, sentences: list(text),
  events: list(record({ type: text, version: number, data: table(anything) })),
});
export const logAnswer = record({ seq: number, entries: list(entry) });
export const verifyAnswer = record({ seq: number, entries: number, heads: table(text) });

export type CaseRow = Checked<typeof caseList>["cases"][number];
export type CaseAnswer = Checked<typeof caseAnswer>;
export type Clocks = Checked<typeof clocksAnswer>;
export type Matter = Checked<typeof matter>;
export type Actor = Checked<typeof actor>;
export type Entry = Checked<typeof entry>;
export type Verified = Checked<typeof verifyAnswer>;

/** The first report of a case, as the server takes it. */
export interface FirstReport {
  title: string;
  reported_at: string;
  time_zone?: string;
  subject?: { category: string };
  place?: { lat: number; lon: number; kind: string; at?: string };
}

export const listCases = (): Promise<Checked<typeof caseList>> => get(address(["cases"]), caseList);

export const openCase = (report: FirstReport, as_user: string | null): Promise<Checked<typeof opened>> =>
  post(address(["cases"]), { report, as_user }, opened);

export const readCase = (id: string, as_of: string | null): Promise<CaseAnswer> =>
  get(address(["cases", id], { as_of }), caseAnswer);

/** What runs against time, the one due first first. */
export const readClocks = (id: string, as_of: string | null): Promise<Clocks> =>
  get(address(["cases", id, "clocks"], { as_of }), clocksAnswer);

export const readLog = (id: string): Promise<Checked<typeof logAnswer>> => get(address(["cases", id, "log"]), logAnswer);

/** Whether the hash chain of the journal holds; the server refuses with the first bad entry where not. */
export const verifyLog = (id: string): Promise<Verified> => get(address(["cases", id, "verify"]), verifyAnswer);
