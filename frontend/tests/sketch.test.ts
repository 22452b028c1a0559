import { describe, expect, test } from "vitest";
import {
  applied, began, begun, changed, dropped, extended, finished, inserted, inverse, moved, named, readDraft, redone, removed, settled, suggestedName, told, undone,
  type Change, type Draft, type History,
} from "../src/changes/sketch";
import { area_m2, crossing, length_m, meeting, parts, planeAt } from "../src/changes/sketch_geometry";
import { ghostly, middles, segmentAt, sketched, snapLines, under } from "../src/changes/sketch_seen";
import { nameFor, notYet, sendingOf } from "../src/changes/sketch_send";
import { SnapIndex, mercator, pixels, unmercator } from "../src/changes/snap";
import { Network } from "../src/changes/snap_trace";
import { SQUARE, stateWith } from "./fixtures";
import type { Position } from "../src/api/state";

const at = (lat_deg: number, lon_deg: number): Position => ({ lat_deg, lon_deg });
/** Metres east and north of a place at 48 degrees north. */
const plane = planeAt(at(48, 8));
const m = (x: number, y: number): Position => plane.position([x, y]);
const draft = (over: Partial<Draft> = {}): Draft => ({
  id: "a", n: 1, kind: "segment", name: "S1", positions: [m(0, 0), m(100, 0), m(100, 100)], isDone: true, about: [], fields: {}, fault: null, ...over,
});

/** Numbers that look random and are the same every time (Park and Miller 1988). */
function chance(seed: number): (n: number) => number {
  let held = seed;
  return (n) => {
    held = (held * 48271) % 2147483647;
    return held % n;
  };
}

/** A change that somebody could make to these drafts. */
function anyChange(history: History, pick: (n: number) => number, step: number): Change {
  const { drafts } = history;
  const one = drafts[pick(Math.max(1, drafts.length))];
  const place = m(pick(1000), pick(1000));
  if (one === undefined || pick(6) === 0) return begun(draft({ id: `d${step}`, n: step + 1, positions: [] }));
  const corner = pick(Math.max(1, one.positions.length));
  const ways: (() => Change)[] = [
    () => extended(one, [place, m(pick(9), 1)]), () => inserted(one, corner, place), () => named(one, `name ${pick(3)}`), () => finished(one),
    () => dropped(drafts.slice(0, 1 + pick(drafts.length))),
    ...(one.positions.length ? [() => moved(one, corner, place), () => removed(one, corner), () => moved(one, corner, place, `${one.id} corner`)] : []),
  ];
  return (ways[pick(ways.length)] as () => Change)();
}

describe("undo and redo", () => {
  test("undo after do is as before, and redo after undo is as after, whatever was done", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const pick = chance(seed);
      let history = began([]);
      for (let step = 0; step < 60; step += 1) {
        const change = anyChange(history, pick, step);
        expect(applied(applied(history.drafts, change), inverse(change))).toEqual(history.drafts);
        expect(inverse(inverse(change))).toEqual(change);
        const after = changed({ ...history, done: [] }, change);
        expect(undone(after).drafts).toEqual(history.drafts);
        expect(redone(undone(after)).drafts).toEqual(after.drafts);
        history = changed(history, change);
      }
    }
  });
  test("all steps back give the beginning, and all steps forth the end", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const pick = chance(100 + seed);
      let history = began([]);
      for (let step = 0; step < 80; step += 1) history = changed(history, anyChange(history, pick, step));
      const end = history.drafts;
      const steps = history.done.length;
      for (let i = 0; i < steps; i += 1) history = undone(history);
      expect(history.drafts).toEqual([]);
      expect(undone(history)).toBe(history);
      for (let i = 0; i < steps; i += 1) history = redone(history);
      expect(history.drafts).toEqual(end);
      expect(redone(history)).toBe(history);
    }
  });
  test("letters of one name are one step; a new change forgets what was undone", () => {
    let history = changed(began([]), begun(draft({ name: "" })));
    for (const name of ["N", "No", "Nor"]) history = changed(history, named(history.drafts[0] as Draft, name));
    expect(history.done).toHaveLength(2);
    history = undone(history);
    expect(history.drafts[0]?.name).toBe("");
    history = changed(history, finished(history.drafts[0] as Draft));
    expect(history.undone).toEqual([]);
  });
  test("a draft that the desk took is brought back by no undo and no redo", () => {
    let history = changed(began([]), begun(draft()));
    history = changed(history, begun(draft({ id: "b", n: 2 })));
    history = changed(history, moved(draft(), 0, m(5, 5)));
    history = changed(history, dropped(history.drafts));
    history = settled(undone(history), "a");
    expect(history.drafts.map((d) => d.id)).toEqual(["b"]);
    for (let i = 0; i < 5; i += 1) history = undone(history);
    expect(history.drafts).toEqual([]);
    for (let i = 0; i < 5; i += 1) history = redone(history);
    expect(history.drafts.map((d) => d.id)).toEqual([]); // the last step forth drops b, as it did
  });
  test("a refusal stands beside the draft until it is changed", () => {
    const history = told(began([draft()]), "a", draft({ fault: "The name is taken." }));
    expect(history.drafts[0]?.fault).toBe("The name is taken.");
    expect(history.done).toEqual([]);
    expect(changed(history, named(history.drafts[0] as Draft, "S2")).drafts[0]?.fault).toBeNull();
  });
});

describe("drafts as they are kept", () => {
  test("come back as they were", () => {
    const held = draft({ kind: "boundary", fields: { kind: "river", confirm_far: true }, about: ["SEG1"], fault: "no" });
    expect(readDraft(JSON.stringify(held))).toEqual(held);
  });
  test("what is no draft is left alone", () => {
    for (const text of [null, "", "{", "3", "null", "{}", JSON.stringify({ ...draft(), kind: "circle" }), JSON.stringify({ ...draft(), positions: [{ lat_deg: 91, lon_deg: 0 }] }), JSON.stringify({ ...draft(), positions: [null] })]) {
      expect(readDraft(text)).toBeNull();
    }
  });
  test("names go on where people stopped", () => {
    expect(suggestedName("S", ["S1", "s2", "North"])).toBe("S3");
    expect(nameFor("segment", stateWith({}), [draft()])).toBe("S2");
  });
});

describe("measures", () => {
  test("a square of a kilometre has a square kilometre and goes round four", () => {
    // around the place where the plane touches: farther north a degree of longitude is shorter
    const square = [m(-500, -500), m(500, -500), m(500, 500), m(-500, 500)];
    expect(area_m2(square)).toBeCloseTo(1e6, 1);
    expect(length_m(square, true)).toBeCloseTo(4000, 0);
    expect(length_m(square)).toBeCloseTo(3000, 0);
  });
  test("a degree of latitude at the equator has 110 574 m, one of longitude 111 320 m (WGS 84)", () => {
    // over a whole degree the meridian is 0.02 m per degree longer than on the touching plane
    expect(length_m([at(-0.005, 0), at(0.005, 0)])).toBeCloseTo(1105.74, 1);
    expect(length_m([at(0, 0), at(0, 0.01)])).toBeCloseTo(1113.195, 2);
  });
  test("too few corners have no area", () => {
    expect(area_m2([m(0, 0), m(1, 1)])).toBe(0);
    expect(length_m([])).toBe(0);
  });
  test("a bow tie crosses itself in its middle; a square does not; an edge that runs back does", () => {
    const found = crossing([m(0, 0), m(100, 100), m(100, 0), m(0, 100)], true);
    const [x, y] = plane.xy(found as Position);
    expect([x, y].map(Math.round)).toEqual([50, 50]);
    expect(crossing([m(0, 0), m(100, 0), m(100, 100), m(0, 100)], true)).toBeNull();
    expect(crossing([m(0, 0), m(100, 0), m(50, 0), m(50, 50)], true)).not.toBeNull();
    expect(crossing([m(0, 0), m(100, 0), m(100, 100), m(50, -50)], false)).not.toBeNull();
    expect(crossing([m(0, 0), m(100, 0)], false)).toBeNull();
  });
  test("lines side by side do not meet", () => {
    expect(meeting([0, 0], [1, 0], [0, 1], [1, 1])).toBeNull();
    expect(meeting([0, 0], [2, 2], [0, 2], [2, 0])?.at).toEqual([1, 1]);
  });
});

describe("a line across a segment", () => {
  const square = [m(0, 0), m(1000, 0), m(1000, 1000), m(0, 1000)];
  const whole = area_m2(square);
  test("cuts it in two parts with the areas that were drawn", () => {
    const cut = parts(square, [m(250, -50), m(250, 1050)]);
    const [small = 0, large = 0] = (cut.parts ?? []).map((p) => area_m2(p)).sort((a, b) => a - b);
    expect(small / whole).toBeCloseTo(0.25, 5);
    expect(large / whole).toBeCloseTo(0.75, 5);
    for (const part of cut.parts ?? []) expect(part).toHaveLength(4);
  });
  test("with a bend keeps the bend in both parts, to the last bit", () => {
    const bend = m(300, 500);
    const cut = parts(square, [m(250, -50), bend, m(250, 1050)]);
    const has = cut.parts?.map((part) => part.filter((p) => length_m([p, bend]) < 1e-6)) ?? [];
    expect(has).toHaveLength(2);
    expect(has[0]).toEqual(has[1]);
  });
  test("corners that stood are the same to the last bit", () => {
    const corners = parts(square, [m(250, -50), m(250, 1050)]).parts?.flat() ?? [];
    for (const corner of square) expect(corners).toContainEqual(corner);
  });
  test("through a horseshoe cuts three parts", () => {
    const shoe = [m(0, 0), m(300, 0), m(300, 300), m(200, 300), m(200, 100), m(100, 100), m(100, 300), m(0, 300)];
    const cut = parts(shoe, [m(-10, 200), m(310, 200)]);
    expect(cut.parts).toHaveLength(3);
    expect((cut.parts ?? []).reduce((sum, p) => sum + area_m2(p), 0)).toBeCloseTo(area_m2(shoe), 0);
  });
  test("from corner to corner, and from edge to edge as snapped, cuts in halves", () => {
    expect(parts(square, [m(0, 0), m(1000, 1000)]).parts?.map((p) => Math.round(area_m2(p) / 1000))).toEqual([500, 500]);
    expect(parts(square, [m(500, 0), m(500, 1000)]).parts?.map((p) => Math.round(area_m2(p) / 1000))).toEqual([500, 500]);
  });
  test("that ends inside, misses or crosses itself cuts nothing, and says why", () => {
    expect(parts(square, [m(500, -50), m(500, 500)]).why).toBe("ends_inside");
    expect(parts(square, [m(2000, 0), m(2000, 1000)]).why).toBe("misses");
    expect(parts(square, [m(-50, 100), m(1050, 100), m(1050, 200), m(500, -50)]).why).toBe("crosses_itself");
    expect(parts(square, [m(500, -50)]).why).toBe("misses");
  });
  test("never loses ground, wherever it is drawn", () => {
    const pick = chance(7);
    for (let i = 0; i < 200; i += 1) {
      const line = [m(-100, pick(1000)), m(100 + pick(800), pick(1000)), m(1100, pick(1000))];
      const cut = parts(square, line);
      expect(cut.parts).not.toBeNull();
      // each part is measured on a plane of its own, which tilts areas by some millionths
      expect((cut.parts ?? []).reduce((sum, p) => sum + area_m2(p), 0) / whole).toBeCloseTo(1, 4);
    }
  });
});

describe("snapping", () => {
  const trail = { label: "trail", about: "", positions: [m(0, 0), m(1000, 0), m(1000, 500)] };
  const edge = { label: "North", about: "SEG1", positions: [m(0, 30), m(1000, 30)] };
  const index = new SnapIndex([trail, edge]);
  // at zoom 14 and 48 degrees a pixel is 156543.03 / 2 * cos(48) / 2^14 = 3.2 m on a map of 512 pixel tiles
  const zoom = 14;
  const px = (156543.03392 / 2) * Math.cos((48 * Math.PI) / 180) / 2 ** zoom;

  test("a pixel is as much ground as Web Mercator says", () => {
    const [ax] = mercator(m(0, 0));
    const [bx] = mercator(m(px * 10, 0));
    expect((bx - ax) / pixels(10, zoom)).toBeCloseTo(1, 2);
  });
  test("there and back is the same place", () => {
    const back = unmercator(mercator(at(48.123456, -71.5)));
    expect(back.lat_deg).toBeCloseTo(48.123456, 10);
    expect(back.lon_deg).toBeCloseTo(-71.5, 10);
  });
  test("to an edge within reach, and not beyond it", () => {
    const near = index.snap(m(500, -px * 11), pixels(12, zoom));
    expect(near).toMatchObject({ label: "trail", isCorner: false, line: 0, piece: 0 });
    expect(plane.xy(near?.position as Position)[1]).toBeCloseTo(0, 1);
    expect(index.snap(m(500, -px * 13), pixels(12, zoom))).toBeNull();
  });
  test("to a corner before an edge, and to its place to the last bit", () => {
    const found = index.snap(m(995, 4), pixels(12, zoom));
    expect(found?.isCorner).toBe(true);
    expect(found?.position).toEqual(trail.positions[1]);
  });
  test("not to what is being moved", () => {
    expect(index.snap(m(500, 30), pixels(4, zoom))?.label).toBe("North");
    expect(index.snap(m(500, 30), pixels(4, zoom), new Set(["SEG1"]))).toBeNull();
  });
  test("not where a pixel is half a country", () => {
    expect(index.snap(m(500, 0), pixels(12, 3))).toBeNull();
  });
  test("finds what lies in another cell of the index than the pointer", () => {
    const pick = chance(3);
    for (let i = 0; i < 300; i += 1) {
      const away = pick(110) / 10;
      expect(index.snap(m(pick(1000), -px * away), pixels(12, zoom))).not.toBeNull();
    }
  });
});

describe("lines upon lines that do not change", () => {
  const fixed = [{ label: "trail", about: "", positions: [m(0, 0), m(1000, 0)] }, { label: "road", about: "", positions: [m(1000, 0), m(1000, 1000)] }];
  const own = [{ label: "North", about: "SEG1", positions: [m(1000, 1000), m(500, 1200), m(0, 1000)] }];
  test("are found and followed as if all stood together", () => {
    const [together, apart] = [new SnapIndex([...fixed, ...own]), new SnapIndex(own, new SnapIndex(fixed))];
    const [all, upon] = [new Network([...fixed, ...own]), new Network(own, new Network(fixed))];
    expect(apart.count).toBe(3);
    expect(apart.line(2)?.label).toBe("North");
    for (const [a, b] of [[m(500, 1), m(1001, 500)], [m(998, 500), m(251, 1100)], [m(250, 1102), m(700, -1)]] as const) {
      const ends = [a, b].map((p) => together.snap(p, pixels(4, 14)));
      expect([a, b].map((p) => apart.snap(p, pixels(4, 14)))).toEqual(ends);
      const [from, to] = ends;
      if (!from || !to) throw new Error("no snap");
      expect(all.trace(from, to)?.length).toBeGreaterThan(0);
      expect(upon.trace(from, to)).toEqual(all.trace(from, to));
    }
  });
  test("nothing fixed is nothing lost", () => {
    const upon = new Network(own, new Network([]));
    const index = new SnapIndex(own, new SnapIndex([]));
    const [from, to] = [m(900, 1040), m(100, 1040)].map((p) => index.snap(p, pixels(4, 14)));
    expect(from && to && upon.trace(from, to)).toEqual([own[0]?.positions[1]]);
  });
});

describe("following a line", () => {
  // a crossing at (1000, 0): a trail from the west, one to the north, and a road that goes a long way round
  const lines = [
    { label: "trail", about: "", positions: [m(0, 0), m(500, 50), m(1000, 0)] },
    { label: "trail", about: "", positions: [m(1000, 0), m(1000, 400), m(1200, 800)] },
    { label: "road", about: "", positions: [m(0, 0), m(-3000, 3000), m(1200, 800)] },
    { label: "lake", about: "", positions: [m(5000, 0), m(5000, 100)] },
  ];
  const index = new SnapIndex(lines);
  const network = new Network(lines);
  const snap = (x: number, y: number): NonNullable<ReturnType<SnapIndex["snap"]>> => {
    const found = index.snap(m(x, y), pixels(3, 14));
    if (found === null) throw new Error(`nothing at ${x}, ${y}`);
    return found;
  };
  const metresOf = (way: Position[] | null): number[][] | null => way && way.map((p) => plane.xy(p).map(Math.round));

  test("goes along both trails over the crossing", () => {
    expect(metresOf(network.trace(snap(250, 25), snap(1000, 200)))).toEqual([[500, 50], [1000, 0]]);
  });
  test("names its ends no second time where they are corners", () => {
    expect(metresOf(network.trace(snap(0, 0), snap(1000, 400)))).toEqual([[500, 50], [1000, 0]]);
  });
  test("there and back are each other's reverse", () => {
    const [a, b] = [snap(250, 25), snap(1100, 600)];
    expect(metresOf(network.trace(b, a))).toEqual(metresOf(network.trace(a, b))?.reverse());
  });
  test("within one piece there is no corner between", () => {
    expect(network.trace(snap(100, 10), snap(300, 30))).toEqual([]);
  });
  test("takes no detour and no way where there is none", () => {
    expect(network.trace(snap(-100, 100), snap(5000, 50))).toBeNull();
    // from the trail to the far bend of the road: the way along it is longer than four straight lines only from nearby
    expect(network.trace(snap(1000, 50), snap(-60, 60))).not.toBeNull();
  });
  test("is never shorter than the straight line, nor longer than what was allowed", () => {
    const pick = chance(11);
    for (let i = 0; i < 100; i += 1) {
      const [x, y] = [pick(1000), pick(390)];
      const from = index.snap(m(x, x < 500 ? x / 10 : 100 - x / 10), pixels(3, 14));
      const to = snap(1000, 1 + y);
      if (from === null) continue;
      const way = network.trace(from, to);
      if (way === null) continue;
      const far = length_m([from.position, ...way, to.position]);
      const straight = length_m([from.position, to.position]);
      expect(far).toBeGreaterThanOrEqual(straight - 0.01);
      expect(far).toBeLessThanOrEqual(4 * straight + 0.01);
    }
  });
});

describe("drafts on the map", () => {
  test("handles and middles are those of the active one", () => {
    const { features } = sketched([draft(), draft({ id: "b", n: 2 })], "b", 1);
    const roles = features.map((f) => f.properties.role);
    expect(roles.filter((r) => r === "corner")).toHaveLength(3);
    expect(roles.filter((r) => r === "middle")).toHaveLength(3);
    expect(features.find((f) => f.properties.picked === true)?.properties.at).toBe(1);
    expect(middles(draft()).map((x) => x.at)).toEqual([1, 2, 3]);
    expect(middles(draft({ kind: "boundary" })).map((x) => x.at)).toEqual([1, 2]);
  });
  test("the edge under the pointer goes from the last corner along the way that is followed", () => {
    const open = draft({ isDone: false });
    const { features } = ghostly(open, { position: m(0, 100), way: [m(50, 150)], label: "trail", isCorner: false }, [], []);
    expect(features.map((f) => f.properties.role)).toEqual(["ghost", "closing", "snap"]);
    expect(features[0]?.geometry.coordinates).toHaveLength(3);
  });
  test("a corner is gripped before a middle, and a middle before another draft", () => {
    const other = draft({ id: "b", n: 2, positions: [m(50, 0), m(50, -100), m(80, -100)] });
    const reach = pixels(10, 16);
    expect(under(m(1, 1), reach, [draft(), other], "a")).toEqual({ what: "corner", at: 0 });
    expect(under(m(50, 1), reach, [draft(), other], "a")).toEqual({ what: "middle", at: 1 });
    expect(under(m(50, -60), reach, [draft(), other], "a")).toEqual({ what: "draft", id: "b" });
    expect(under(m(900, 900), reach, [draft(), other], "a")).toBeNull();
  });
  test("a click finds the segment in use, and none outside", () => {
    expect(segmentAt(stateWith({}), at(1, 1))).toBe("SEG1");
    expect(segmentAt(stateWith({}), at(3, 1))).toBeNull();
  });
  test("snapping knows the ground, the segments in use, and finished drafts", () => {
    const ground = { features: [{ properties: { kind: "trail" }, geometry: { coordinates: [[8, 48], [8.1, 48]] as [number, number][] } }] };
    const lines = snapLines(stateWith({}), ground, [draft({ name: "New" }), draft({ id: "b", n: 2, isDone: false })]);
    expect(lines.map((l) => l.label)).toEqual(["trail", "Square", "New"]);
    expect(lines[1]?.positions).toHaveLength(SQUARE.length + 1);
  });
});

describe("a draft as a command", () => {
  test("says what it lacks", () => {
    expect(notYet(draft())).toBeNull();
    expect(notYet(draft({ positions: [] }))).toContain("three corners");
    expect(notYet(draft({ isDone: false }))).toContain("finish");
    expect(notYet(draft({ name: " " }))).toContain("name");
    expect(notYet(draft({ positions: [m(0, 0), m(100, 100), m(100, 0), m(0, 100)] }))).toContain("crosses");
    expect(notYet(draft({ kind: "merge", positions: [], about: ["SEG1"] }))).toContain("two segments");
    expect(notYet(draft({ kind: "route" }))).toContain("browser");
  });
  test("is what the desk takes", () => {
    const ring = draft().positions;
    expect(sendingOf(draft())).toEqual({ command: "draw_segment", fields: { name: "S1", ring } });
    expect(sendingOf(draft({ kind: "split", about: ["SEG1"], fields: { names: "East\n West \n" } }))).toEqual({ command: "split_segment", fields: { segment: "SEG1", line: ring, names: ["East", "West"] } });
    expect(sendingOf(draft({ kind: "redraw", about: ["SEG1"] }))?.fields.with_neighbours).toBe(true);
    expect(sendingOf(draft({ kind: "merge", about: ["SEG1", "SEG2"], positions: [] }))).toEqual({ command: "merge_segments", fields: { segments: ["SEG1", "SEG2"], name: "S1" } });
    const marker = (what: string): unknown => sendingOf(draft({ kind: "marker", positions: [m(0, 0)], fields: { what, at: "2026-03-01T06:40Z" } }));
    expect(marker("lkp")).toEqual({ command: "mark_point", fields: { kind: "lkp", position: m(0, 0), place: "S1", at: "2026-03-01T06:40Z" } });
    expect(marker("hazard")).toEqual({ command: "add_hazard", fields: { hazard: "S1", where: "48.000000,8.000000" } });
    expect(marker("note")).toBeNull();
  });
});
