/** The first call: what to ask and how each question stands, warning signs, and the urgency as last scored. */

import { list, number, oneOf, orNull, record, text, time, truth, type Checked } from "../lib/check";
import { address, get } from "./http";

const question = record({
  key: text, section: text, words: text, kind: oneOf("yes_no", "text", "number", "time", "place", "choice"), fills: text,
  why: text, suggests: text, then: text, choices: list(text), is_first: truth, may_be_no: truth,
  standing: oneOf("open", "known", "no", "unknown"), value: text, told_by: text, told_at: orNull(time),
});
const score = record({
  level: oneOf("highest", "lower", "open"), total: number, lowest: number, highest: number, missing: list(text),
  reasons: list(text),
});

export const questionnaireAnswer = record({
  seq: number,
  sections: list(record({ key: text, title: text })),
  questions: list(question),
  open_first: list(text),
  suggested: list(record({ sign: text, question: text, value: text })),
  unsupported: list(text),
  signs: list(record({ key: text, words: text, source: text, remark: text })),
  levels: list(record({ level: text, words: text, source: text })),
  urgency: record({
    factors: list(record({ key: text, words: text, source: text })), doubt: text, last_seen_at: orNull(time),
    elapsed_s: orNull(number), score: orNull(score),
  }),
});

export type Questionnaire = Checked<typeof questionnaireAnswer>;
export type Question = Questionnaire["questions"][number];

export const readQuestionnaire = (id: string, as_of: string | null): Promise<Questionnaire> =>
  get(address(["cases", id, "questionnaire"], { as_of }), questionnaireAnswer);
