/** The check-in table: who is here, welfare clocks of teams, and volunteers' codes. */

import { list, number, oneOf, orNull, record, text, time, truth, type Checked } from "../lib/check";
import { address, get, post } from "./http";

const person = record({
  id: text, name: text, is_member: truth, organisation: text, phone: text, number: text, vehicle: text,
  qualifications: list(text), medical: text, emergency_contact: text,
  whereabouts: orNull(oneOf("called", "coming", "not_coming", "no_answer", "in", "left", "home")), eta: orNull(time),
  since: orNull(time), leave_by: orNull(time), out_at: orNull(time), home_by: orNull(time), home_at: orNull(time),
  incident_h: number, last_day_h: number, tired: orNull(text), is_over_limit: truth, team: text, code: text,
});
const team = record({
  id: text, name: text, status: text, interval_s: number, heard_at: orNull(time), due: orNull(time), is_overdue: truth,
  unfit: list(text), lapsed: list(text), not_checked_in: list(text),
});
const code = record({ id: text, purpose: text, expires_at: time, why_not: orNull(text), used: number });

export const rosterAnswer = record({ seq: number, at: time, people: list(person), teams: list(team), codes: list(code) });
export const issuedCode = record({ seq: number, id: text, code: text, link: text, image: text });

export type Board = Checked<typeof rosterAnswer>;
export type Row = Board["people"][number];
export type Issued = Checked<typeof issuedCode>;

export const readRoster = (id: string, as_of: string | null): Promise<Board> =>
  get(address(["cases", id, "roster"], { as_of }), rosterAnswer);

/** A code by chance; only this answer holds it. */
export const issueCode = (id: string, fields: Record<string, string>, as_user: string | null): Promise<Issued> =>
  post(address(["cases", id, "volunteer-codes"]), { fields, as_user }, issuedCode);
