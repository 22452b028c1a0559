import { describe, expect, test } from "vitest";
import { area, bits, clockTime, distant, hours, hoursAfter, metres, moment, percent, points, typed } from "../src/lib/format";

describe("figures for people", () => {
  // the same cases as base/quantity.py percent: tiny and nearly certain values keep their meaning
  test.each([[0.123, "12.3 %"], [0, "0.0 %"], [1, "100.0 %"], [0.0004, "< 0.1 %"], [0.9999, "> 99.9 %"], [0.5, "50.0 %"]])(
    "%d is %s", (value, says) => expect(percent(value)).toBe(says));

  test("whole per cent", () => expect(percent(0.25, 0)).toBe("25 %"));
  test("lengths and areas", () => {
    expect(metres(850)).toBe("850 m");
    expect(metres(2100)).toBe("2.10 km");
    expect(area(40_000)).toBe("4.0 ha");
    expect(area(4_160_000)).toBe("4.16 km²");
  });
  test("changes carry their sign", () => {
    expect(points(0.2)).toBe("+20.0 points");
    expect(points(-0.034)).toBe("\u22123.4 points");
    expect(points(-1e-6)).toBe("0.0 points");
  });
  test("bits keep two figures", () => {
    expect(bits(1.234)).toBe("1.2 bits");
    expect(bits(0.0456)).toBe("0.046 bits");
    expect(bits(0)).toBe("0 bits");
    expect(bits(0.0002)).toBe("< 0.001 bits");
  });
  test("hours", () => {
    expect(hours(0.5)).toBe("30 min");
    expect(hours(4)).toBe("4 h");
    expect(hours(2.75)).toBe("2 h 45 min");
  });
});

describe("times", () => {
  test("are shown in the zone of the case", () => {
    expect(moment("2026-03-01T05:40:00Z", "Europe/Berlin")).toMatch(/^2026-03-01 06:40 /);
    expect(moment("2026-03-01T05:40:00Z", "America/New_York")).toMatch(/^2026-03-01 00:40 /);
    expect(moment("2026-03-01T05:40:00Z", "No/Where")).toBe("2026-03-01 05:40 UTC");
  });
  test("are typed with the offset that holds on that day", () => {
    expect(typed(new Date("2026-03-01T05:40:00Z"), "Europe/Berlin")).toBe("2026-03-01T06:40+01:00");
    expect(typed(new Date("2026-07-01T05:40:00Z"), "Europe/Berlin")).toBe("2026-07-01T07:40+02:00");
    expect(typed(new Date("2026-07-01T05:40:00Z"), "UTC")).toBe("2026-07-01T05:40+00:00");
  });
  test("some hours later, across midnight, and as the hour of the day", () => {
    expect(hoursAfter("2026-03-01T22:30:00+01:00", 5)).toBe("2026-03-02T02:30:00Z");
    expect(clockTime(hoursAfter("2026-03-01T22:30:00+01:00", 5), "Europe/Berlin")).toBe("03:30");
  });
  test("and how far they are", () => {
    const now = Date.parse("2026-03-01T12:00:00Z");
    expect(distant("2026-03-01T12:35:00Z", now)).toBe("in 35 min");
    expect(distant("2026-03-01T09:00:00Z", now)).toBe("3 h ago");
    expect(distant("2026-02-22T12:00:00Z", now)).toBe("7 days ago");
    expect(distant("2026-03-01T12:00:20Z", now)).toBe("now");
  });
});
