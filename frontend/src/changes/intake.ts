/** The first call: what is asked next, and the commands that follow from what was typed. */

import type { Question, Questionnaire } from "../api/intake";
import { typed } from "../lib/format";

export type Pressed = "yes" | "no" | "unknown" | null;

/** The next open question after one, going round to those that were passed over; null when none is open. */
export function nextOpen(questions: readonly Question[], after: string | null): string | null {
  const at = questions.findIndex((q) => q.key === after);
  const round = [...questions.slice(at + 1), ...questions.slice(0, at + 1)];
  return round.find((q) => q.standing === "open" && q.key !== after)?.key ?? (questions[at]?.standing === "open" ? after : null);
}

/** The question before or after one, whether open or not. */
export function beside(questions: readonly Question[], key: string | null, step: 1 | -1): string | null {
  const at = questions.findIndex((q) => q.key === key);
  return questions[at + step]?.key ?? key;
}

/** What stands in the field when a question is shown: what is known, as it would be typed. */
export function shownFirst(question: Question): string {
  return question.standing === "known" && question.kind !== "choice" ? question.value : "";
}

/** A time of day alone is the last such time that has passed: the operator types "20:15". */
export function timeText(text: string, now: Date, zone: string): string {
  const clock = /^\s*(\d{1,2})[:.](\d{2})\s*$/.exec(text);
  if (clock === null) return text.trim();
  const at = (day: Date): string => typed(day, zone).replace(/T\d\d:\d\d/, `T${(clock[1] ?? "").padStart(2, "0")}:${clock[2]}`);
  const today = at(now);
  return Date.parse(today) <= now.getTime() ? today : at(new Date(now.getTime() - 86_400_000));
}

const SHORT: Record<string, string> = { y: "yes", n: "no", u: "unknown", "?": "unknown" };

/** An answer as the server takes it, from the button pressed and what was typed; null where nothing was said. */
export function answerText(question: Question, pressed: Pressed, text: string, now: Date, zone: string): string | null {
  const said = text.trim();
  if (question.kind === "yes_no") {
    const details = said.replace(/^(yes|no|unknown)\b[\s:,.;-]*/i, "");
    if (pressed !== null) return details ? `${pressed}: ${details}` : pressed;
    return SHORT[said.toLowerCase()] ?? (said || null);
  }
  if (pressed !== null) return pressed;
  if (!said) return null;
  return question.kind === "time" ? timeText(said, now, zone) : said;
}

export function answerQuestions(key: string, answer: string, told_by: string, isFar: boolean): Record<string, unknown> {
  return { answers: { [key]: answer }, ...(told_by.trim() ? { told_by: told_by.trim() } : {}), ...(isFar ? { confirm_far: true } : {}) };
}

/** How a question stands, in a word or in what was told. */
export function standingText(question: Question): string {
  return { open: "not asked yet", unknown: "asked, not known", no: question.value || "no", known: question.value }[question.standing];
}

export function progress(questions: readonly Question[]): string {
  const done = questions.filter((q) => q.standing !== "open").length;
  return `${done} of ${questions.length} answered`;
}

/** A risk assessment as it is typed: signs of the catalogue ticked, others one a line, and where each comes from. */
export interface Assessed {
  level: string;
  signs: string[];
  free: string;
  because: Record<string, string>;
  reasons: string;
  review_by: string;
}

export function assessRisk(form: Assessed): Record<string, unknown> {
  const free = form.free.split("\n").map((line) => line.trim()).filter(Boolean);
  const signs = [...new Set([...form.signs, ...free])];
  const because = Object.fromEntries(
    Object.entries(form.because).map(([sign, from]) => [sign, from.trim()] as const).filter(([sign, from]) => from && signs.includes(sign)),
  );
  return {
    level: form.level, signs, ...(Object.keys(because).length ? { because } : {}),
    ...(form.reasons.trim() ? { reasons: form.reasons.trim() } : {}), ...(form.review_by.trim() ? { review_by: form.review_by.trim() } : {}),
  };
}

/** The form of a new assessment: signs and their grounds as last assessed, the level chosen anew. */
export function reassessed(last: { signs: string[]; because: Record<string, string> | null } | null, known: readonly string[]): Assessed {
  const signs = last?.signs ?? [];
  return {
    level: "", signs: signs.filter((s) => known.includes(s)), free: signs.filter((s) => !known.includes(s)).join("\n"),
    because: { ...last?.because }, reasons: "", review_by: "",
  };
}

/** A suggested sign taken over, with the answer that it comes from. */
export function taken(form: Assessed, suggested: Questionnaire["suggested"][number], words: string): Assessed {
  const from = form.because[suggested.sign] || `${words} ${suggested.value}`;
  return { ...form, signs: [...new Set([...form.signs, suggested.sign])], because: { ...form.because, [suggested.sign]: from } };
}

/** Scores as chosen; "" is not scored and left out. */
export function scoreUrgency(scores: Record<string, string>, remarks: string): Record<string, unknown> {
  const factors = Object.fromEntries(Object.entries(scores).filter(([, v]) => v !== "").map(([k, v]) => [k, Number(v)]));
  return { factors, ...(remarks.trim() ? { remarks: remarks.trim() } : {}) };
}
