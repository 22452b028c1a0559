/** The first call: which question comes next, what an answer becomes, and the forms of risk and urgency. */

import { describe, expect, test } from "vitest";
import { questionnaireAnswer, type Question } from "../src/api/intake";
import {
  answerQuestions, answerText, assessRisk, beside, nextOpen, progress, reassessed, scoreUrgency, shownFirst, standingText, taken, timeText,
} from "../src/changes/intake";

const ask = (key: string, more: Partial<Question> = {}): Question => ({
  key, section: "why", words: `${key}?`, kind: "text", fills: "", why: "because", suggests: "", then: "", choices: [], is_first: false,
  may_be_no: true, standing: "open", value: "", told_by: "", told_at: null, ...more,
});
const NOW = new Date("2026-03-01T20:00:00Z"); // 21:00 in Berlin

describe("which question comes next", () => {
  const list = [ask("a"), ask("b", { standing: "known" }), ask("c"), ask("d", { standing: "unknown" })];
  test("the next open one, and round to those passed over", () => {
    expect(nextOpen(list, null)).toBe("a");
    expect(nextOpen(list, "a")).toBe("c");
    expect(nextOpen(list, "c")).toBe("a");
    expect(nextOpen([ask("a", { standing: "no" }), ask("b")], "b")).toBe("b");
    expect(nextOpen([ask("a", { standing: "no" })], "a")).toBeNull();
    expect(nextOpen([], null)).toBeNull();
  });
  test("back and skip go by order, and stay at the ends", () => {
    expect([beside(list, "b", -1), beside(list, "b", 1), beside(list, "d", 1), beside(list, "a", -1)]).toEqual(["a", "c", "d", "a"]);
  });
  test("asked and not known counts as asked", () => expect(progress(list)).toBe("2 of 4 answered"));
});

describe("an answer", () => {
  const yesNo = ask("q", { kind: "yes_no" });
  const say = (question: Question, pressed: "yes" | "no" | "unknown" | null, text: string): string | null => answerText(question, pressed, text, NOW, "Europe/Berlin");
  test("is the button, with what was typed behind it", () => {
    expect(say(yesNo, "yes", "")).toBe("yes");
    expect(say(yesNo, "no", " not since May ")).toBe("no: not since May");
    expect(say(yesNo, "no", "yes: since May")).toBe("no: since May"); // corrected by another button
    expect(say(yesNo, "unknown", "")).toBe("unknown");
  });
  test("may be typed without a button", () => {
    expect(["y", "N", "u", "?", "yes: since May", ""].map((t) => say(yesNo, null, t))).toEqual(["yes", "no", "unknown", "unknown", "yes: since May", null]);
    expect(say(ask("q"), null, " asthma ")).toBe("asthma");
    expect(say(ask("q"), "unknown", "asthma")).toBe("unknown");
    expect(say(ask("q"), null, "y")).toBe("y"); // only yes-or-no questions have short words
  });
  test("a time of day is the last that has passed, in the zone of the case", () => {
    expect(timeText("20:15", NOW, "Europe/Berlin")).toBe("2026-03-01T20:15+01:00");
    expect(timeText("9.05", NOW, "Europe/Berlin")).toBe("2026-03-01T09:05+01:00");
    expect(timeText("22:30", NOW, "Europe/Berlin")).toBe("2026-02-28T22:30+01:00");
    expect(timeText(" 2026-02-01T10:00Z ", NOW, "Europe/Berlin")).toBe("2026-02-01T10:00Z");
    expect(say(ask("q", { kind: "time" }), null, "20:15")).toBe("2026-03-01T20:15+01:00");
  });
  test("goes out as one command, with who told it", () => {
    expect(answerQuestions("danger", "no", " Sam ", false)).toEqual({ answers: { danger: "no" }, told_by: "Sam" });
    expect(answerQuestions("seen_position", "42,-71", "", true)).toEqual({ answers: { seen_position: "42,-71" }, confirm_far: true });
  });
  test("that is known stands in the field, to be corrected", () => {
    expect(shownFirst(ask("q", { standing: "known", value: "46" }))).toBe("46");
    expect(shownFirst(ask("q", { standing: "no", value: "no: fine" }))).toBe("");
  });
  test("unknown, no and not asked read differently", () => {
    const read = (standing: Question["standing"], value: string): string => standingText(ask("q", { standing, value }));
    expect([read("open", ""), read("unknown", "unknown"), read("no", ""), read("no", "no: fine"), read("known", "46")]).toEqual([
      "not asked yet", "asked, not known", "no", "no: fine", "46",
    ]);
  });
});

describe("risk", () => {
  test("signs, ticked and free, with the grounds of those that count", () => {
    expect(assessRisk({ level: "high", signs: ["guilt"], free: " asthma \n\nguilt", because: { guilt: " S1 ", asthma: "", grief: "S2" }, reasons: " cold ", review_by: "" })).toEqual({
      level: "high", signs: ["guilt", "asthma"], because: { guilt: "S1" }, reasons: "cold",
    });
  });
  test("a new assessment begins with the signs of the last, and no level", () => {
    expect(reassessed({ signs: ["guilt", "asthma"], because: { guilt: "S1" } }, ["guilt"])).toEqual({
      level: "", signs: ["guilt"], free: "asthma", because: { guilt: "S1" }, reasons: "", review_by: "",
    });
    expect(reassessed(null, [])).toEqual({ level: "", signs: [], free: "", because: {}, reasons: "", review_by: "" });
  });
  test("a suggestion is taken over with the answer it comes from, and never over a ground that was written", () => {
    const form = reassessed(null, []);
    const suggested = { sign: "goodbye", question: "goodbye", value: "yes: a note" };
    expect(taken(form, suggested, "A goodbye?")).toMatchObject({ signs: ["goodbye"], because: { goodbye: "A goodbye? yes: a note" } });
    expect(taken({ ...form, because: { goodbye: "C2" } }, suggested, "A goodbye?").because).toEqual({ goodbye: "C2" });
  });
});

test("a factor that was not scored is left out", () => {
  expect(scoreUrgency({ age: "1", weather: "", terrain: "3" }, " ")).toEqual({ factors: { age: 1, terrain: 3 } });
});

test("the server's answer is checked, and a standing that nobody knows is refused", () => {
  const { key, ...rest } = ask("a");
  const raw = {
    seq: 1, sections: [], questions: [{ key, ...rest }], open_first: [], suggested: [], unsupported: [], signs: [], levels: [],
    urgency: { factors: [], doubt: "", last_seen_at: null, elapsed_s: null, score: null },
  };
  expect(questionnaireAnswer(raw, "questionnaire").questions[0]?.key).toBe("a");
  expect(() => questionnaireAnswer({ ...raw, questions: [{ key, ...rest, standing: "perhaps" }] }, "questionnaire")).toThrow("questions[0].standing");
});
