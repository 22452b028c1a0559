/** The radio desk: how a typed line is read, and which teams are out since when unheard. */

import { list, number, oneOf, orNull, record, text, time, truth, type Checked } from "../lib/check";
import { address, post } from "./http";

const line = record({
  team: orNull(text), to_team: orNull(text), assignment: orNull(text), clue: orNull(text), clock: text,
  heard_at: orNull(time), status: orNull(text), priority: oneOf("routine", "priority", "emergency"), is_located: truth, text,
});
const out = record({
  team: text, name: text, assignment: text, step: orNull(text), call_sign: text, heard_at: time, due: time, is_over: truth,
});

export const radioAnswer = record({ seq: number, at: time, line, out: list(out) });

export type Radio = Checked<typeof radioAnswer>;
export type Line = Radio["line"];

/** The line goes in the body: it may hold names, and addresses are written to logs. */
export const readRadio = (id: string, typed: string, as_of: string | null): Promise<Radio> =>
  post(address(["cases", id, "radio"], { as_of }), { text: typed }, radioAnswer);
