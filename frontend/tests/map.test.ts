/** Places as people write them, UTM, bearings and grids; expected figures are PROJ's (pyproj 3, EPSG:326zz) and GeographicLib's. */

import { describe, expect, test } from "vitest";
import type { Position } from "../src/api/state";
import { way } from "../src/changes/geodesy";
import { grid } from "../src/changes/graticule";
import { bearing, magnetic, measured } from "../src/changes/measure";
import { mgrs, placeText, understood, utmText } from "../src/changes/places";
import { fromUtm, utm, zoneOf } from "../src/changes/utm";

const at = (lat_deg: number, lon_deg: number): Position => ({ lat_deg, lon_deg });

describe("UTM", () => {
  test.each(UTM_CASES())("%s", (_, place, zone, easting_m, northing_m) => {
    const found = utm(place, zone);
    expect(found?.easting_m).toBeCloseTo(easting_m, 2);
    expect(found?.northing_m).toBeCloseTo(northing_m, 2);
    const back = fromUtm({ zone, isNorth: place.lat_deg >= 0, easting_m, northing_m });
    expect(back.lat_deg).toBeCloseTo(place.lat_deg, 7);
    expect(back.lon_deg).toBeCloseTo(place.lon_deg, 7);
  });
  test.each([[at(60, 5), 32], [at(60, 2.9), 31], [at(78, 8), 31], [at(78, 10), 33], [at(78, 40), 37], [at(0, 180), 1], [at(45, -180), 1], [at(85, 0), null]])("zone of %j is %s", (place, zone) => {
    expect(zoneOf(place)).toBe(zone);
  });
});

describe("a place as people write it", () => {
  const here = at(42.215, -71.09);
  test.each([
    "42.215, -71.09", "42.215 -71.09", "42,215; -71,09", "42.215N 71.09W", "N42.215 W71.09", "71.09 W, 42.215 N", "42°12.9'N 71°5.4'W",
    "42° 12' 54\" N, 71° 5' 24\" W", "42 12 54 N 71 5 24 W", "42:12:54 -71:05:24", "lat 42.215 lon -71.09", "42°12′54″N 71°05′24″W", "N 42 12.9 W 71 05.4",
  ])("%s", (typed) => {
    const found = understood(typed);
    expect(found?.as).toBe("degrees");
    expect(found?.position.lat_deg).toBeCloseTo(42.215, 5);
    expect(found?.position.lon_deg).toBeCloseTo(-71.09, 5);
  });
  test("its own read-outs are understood again", () => {
    for (const name of ["mgrs", "utm", "degrees"] as const) {
      const found = understood(placeText(here, name));
      expect(found?.as).toBe(name);
      expect(way(found?.position ?? at(0, 0), here)?.distance_m).toBeLessThan(1.5);
    }
  });
  test("spaces in a grid reference do not matter", () => {
    const whole = understood((mgrs(here) ?? "").replaceAll(" ", ""));
    expect(way(whole?.position ?? at(0, 0), here)?.distance_m).toBeLessThan(1.5);
    expect(utmText(here)).toMatch(/^19T \d{6} E \d{7} N$/);
  });
  test.each(["", "somewhere", "42.215", "95 0", "42 -190", "42°75' N 71° W", "19T CG 2748 758", "61T 327480 4675890", "42.2 N 43.1 N", "1 2 3 4 5", "19T 27480 75890"])("%j is none", (typed) => {
    expect(understood(typed)).toBeNull();
  });
});

test("along the ellipsoid: Vincenty's own line from Flinders Peak to Buninyong, on WGS 84 by GeographicLib", () => {
  const found = way(at(-37.95103341666667, 144.42486788888888), at(-37.65282113888889, 143.92649552777777));
  expect(found?.distance_m).toBeCloseTo(54_972.271, 1);
  expect(found?.bearing_deg).toBeCloseTo(306.86816, 3);
});

describe("a measured line", () => {
  test("bearings are true and magnetic: east declination is taken away", () => {
    expect(magnetic(5, 10)).toBe(355);
    expect(magnetic(100, -14)).toBe(114);
    expect(bearing(359.7)).toBe("000°");
    expect(bearing(7)).toBe("007°");
  });
  test("a square of a hundredth of a degree at the equator closes with its area", () => {
    const found = measured([at(0, 0), at(0, 0.01), at(0.01, 0.01), at(0.01, 0)], true, null);
    expect(found.legs).toHaveLength(4);
    // 1113.195 m east by 1105.743 m north: a pi / 180 and the meridian's arc at the equator
    expect((found.area_m2 ?? 0) / (1113.195 * 1105.743)).toBeCloseTo(1, 5);
    expect(found.legs[0]?.bearing_deg).toBeCloseTo(90, 6);
  });
  test("nothing yet is no length", () => expect(measured([at(1, 1)], false, 3)).toMatchObject({ length_m: 0, across: null, area_m2: null }));
});

describe("a grid over the map", () => {
  const seen = { west_deg: -71.2, south_deg: 42.15, east_deg: -71.0, north_deg: 42.25 };
  test("UTM lines lie on whole steps", () => {
    const made = grid("utm", seen);
    expect(made.step).toBe(10_000);
    const near = grid("utm", { west_deg: -71.1, south_deg: 42.2, east_deg: -71.0, north_deg: 42.25 });
    expect(near.step).toBe(1000);
    const lines = near.lines.features.filter((f) => f.properties.role === "line");
    expect(lines.length).toBeGreaterThan(8);
    for (const { geometry } of lines) {
      if (geometry.type !== "LineString") throw new Error("no line");
      const run = geometry.coordinates.map(([lon, lat]) => utm(at(lat, lon), 19));
      const off = (of: "easting_m" | "northing_m"): number => Math.max(...run.map((p) => Math.abs((p?.[of] ?? 0) / 1000 - Math.round((run[0]?.[of] ?? 0) / 1000))));
      expect(Math.min(off("easting_m"), off("northing_m"))).toBeLessThan(1e-4);
    }
  });
  test("two zones are both drawn, each to its edge", () => {
    const made = grid("mgrs", { west_deg: 5.95, south_deg: 50, east_deg: 6.05, north_deg: 50.05 });
    const squares = made.lines.features.filter((f) => f.properties.role === "square").map((f) => String(f.properties.label).slice(0, 3));
    expect(new Set(squares)).toEqual(new Set(["31U", "32U"]));
  });
  test("degrees", () => {
    const made = grid("degrees", seen);
    expect(made.step).toBeCloseTo(1 / 60, 9);
    expect(made.lines.features.map((f) => f.properties.label)).toContain("42°10' N");
  });
  test("the whole world has none", () => expect(grid("mgrs", { west_deg: -180, south_deg: -80, east_deg: 180, north_deg: 80 }).step).toBeNull());
});

function UTM_CASES(): [string, Position, number, number, number][] {
  return [
    ["Blue Hills", at(42.215, -71.09), 19, 327491.263, 4675762.439],
    ["at a zone's edge", at(50.0, 6.0), 32, 285015.763, 5542944.019],
    ["south", at(-33.8568, 151.2153), 56, 334900.570, 6252288.753],
    ["high north", at(78.2, 15.6), 33, 513696.945, 8680760.053],
    ["beside its zone", at(60.39, 5.32), 32, 297230.220, 6700510.175],
    ["equator", at(0.0, -75.0), 18, 500000.000, 0.000],
  ];
}
