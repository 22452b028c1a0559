import { describe, expect, test } from "vitest";
import { ShapeError, fraction, lines, list, number, oneOf, orNull, record, table, text, time } from "../src/lib/check";

const team = record({ id: text, searchers: number, leader: orNull(text), skills: list(text) });

describe("checks", () => {
  test("give back what was asked for and drop the rest", () => {
    const answer: unknown = { id: "T1", searchers: 4, skills: ["dog"], colour: "red" };
    expect(team(answer, "team")).toEqual({ id: "T1", searchers: 4, leader: null, skills: ["dog"] });
  });

  test.each([
    [{ id: 1, searchers: 4, skills: [] }, "team.id: expected text, got number 1"],
    [{ id: "T1", searchers: null, skills: [] }, "team.searchers: expected a number, got null"],
    [{ id: "T1", searchers: 4, skills: ["dog", 2] }, "team.skills[1]: expected text, got number 2"],
    [{ id: "T1", searchers: 4 }, "team.skills: expected a list, got nothing"],
    [[], "team: expected an object, got a list"],
  ])("say where %j differs", (answer, says) => {
    expect(() => team(answer, "team")).toThrow(ShapeError);
    expect(() => team(answer, "team")).toThrow(says);
  });

  test("a probability is a fraction, never per cent", () => {
    expect(fraction(0.25, "pod")).toBe(0.25);
    expect(fraction(1 + 1e-12, "pod")).toBeCloseTo(1);
    expect(() => fraction(25, "pod")).toThrow("pod: expected a fraction in [0, 1]");
    expect(() => fraction(Number.NaN, "pod")).toThrow("a number");
  });

  test("times, words and tables", () => {
    expect(time("2026-03-01T05:40:00Z", "at")).toBe("2026-03-01T05:40:00Z");
    expect(() => time("yesterday", "at")).toThrow("at: expected a time");
    expect(oneOf("draft", "dispatched")("draft", "status")).toBe("draft");
    expect(() => oneOf("draft", "dispatched")("sent", "status")).toThrow("one of draft, dispatched");
    expect(table(number)({ a: 1 }, "t")).toEqual({ a: 1 });
    expect(() => table(number)({ a: "1" }, "t")).toThrow("t.a: expected a number");
  });

  test("GeoJSON lines keep longitude first", () => {
    const drawn = { type: "FeatureCollection", features: [
      { type: "Feature", properties: { level: 0.5 }, geometry: { type: "LineString", coordinates: [[-71, 42], [-71.1, 42.1, 300]] } },
    ] };
    const read = lines(record({ level: fraction }))(drawn, "contours");
    expect(read.features[0]?.geometry.coordinates).toEqual([[-71, 42], [-71.1, 42.1]]);
    expect(() => lines(record({ level: fraction }))({ type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: null }] }, "c"))
      .toThrow("c.features[0].properties.level");
  });
});
