/** What is drawn on the open case's map: drafts, the tool in hand, undo and redo; kept in this browser by case. */

import { untrack } from "svelte";
import { Refused, sentence } from "../api/http";
import { previewOf, readTeamRate, type HeldFile, type TeamRate, type WouldDo } from "../api/sketch";
import type { Position } from "../api/state";
import {
  FORMS, LEAST, began, begun, changed, dropped, extended, filled, finished, formOf, hasEnough, inserted, moved, named, redone, removed, reopened,
  replaced, settled, told, turnedInto, undone, type Change, type Draft, type DraftKind, type History, type Outcome,
} from "../changes/sketch";
import { samePlace } from "../changes/sketch_geometry";
import { contentOf, hasPreview, keyOf, nameFor, notYet, sendingOf } from "../changes/sketch_send";
import { cuts, ghostly, sketched, snapLines, type Ghost } from "../changes/sketch_seen";
import { SnapIndex, type Snap } from "../changes/snap";
import { Network } from "../changes/snap_trace";
import type { Features } from "../changes/seen";
import { act } from "./acting";
import { actor } from "./actor.svelte";
import { casefile } from "./casefile.svelte";
import { gesture, type GestureKind } from "./gesture.svelte";
import { ground } from "./ground.svelte";
import { selection } from "./selection.svelte";
import { Kept, keepWays, keptWays } from "./sketch_kept";

/** The draft that answers a question of a form; it is no drawing of its own. */
const ASKED = "asked";
const ASKED_AS: Record<GestureKind, DraftKind> = { point: "marker", line: "route", outline: "region" };

class Sketch {
  #case: string | null = null;
  #history: History = $state.raw(began([]));
  readonly #kept = new Kept();
  /** What is drawn next; null looks and edits. */
  tool: DraftKind | null = $state(null);
  active: string | null = $state(null);
  corner: number | null = $state(null);
  ghost: Ghost | null = $state.raw(null);
  /** A corner under the finger, before it is let go. */
  #dragged: Change | null = $state.raw(null);
  #lastSnap: { id: string; position: Position; snap: Snap } | null = null;
  snaps: boolean = $state(true);
  follows: boolean = $state(true);
  isSending: boolean = $state(false);
  outcomes: readonly Outcome[] = $state.raw([]);
  held: readonly HeldFile[] = $state.raw([]);
  rate: TeamRate | null = $state.raw(null);
  #preview: { id: string; of: string; made: WouldDo | null; fault: string | null } | null = $state.raw(null);
  looks: number = $state(0);

  readonly all = $derived(this.#dragged === null ? this.#history.drafts : this.#history.drafts.map((d) => this.#dragged?.puts.find((p) => p.id === d.id)?.after ?? d));
  readonly drafts = $derived(this.all.filter((d) => d.id !== ASKED));
  readonly draft = $derived(this.all.find((d) => d.id === this.active) ?? null);
  readonly isDrawing = $derived(this.tool !== null || (this.draft !== null && !this.draft.isDone));
  readonly canUndo = $derived(this.#history.done.length > 0);
  readonly canRedo = $derived(this.#history.undone.length > 0);
  // the lines are many: they are read again when a finished draft changed, not at every corner
  readonly #finished = $derived(JSON.stringify(this.#history.drafts.filter((d) => d.isDone).map((d) => [d.id, d.kind, d.name, d.positions])));
  readonly #groundLines = $derived(snapLines(null, ground.ground?.lines ?? null, []));
  readonly #ownLines = $derived.by(() => {
    void this.#finished;
    return snapLines(casefile.state, null, untrack(() => this.#history.drafts));
  });
  readonly #groundIndex = $derived(new SnapIndex(this.#groundLines));
  readonly #groundNetwork = $derived(new Network(this.#groundLines));
  readonly index = $derived(new SnapIndex(this.#ownLines, this.#groundIndex));
  readonly network = $derived(new Network(this.#ownLines, this.#groundNetwork));
  readonly preview = $derived(this.#preview !== null && this.draft !== null && this.#preview.id === this.draft.id && this.#preview.of === contentOf(this.draft, casefile.seq) ? this.#preview : null);
  readonly features: Features = $derived(sketched(this.all, this.active, this.corner));
  readonly ghosts: Features = $derived(ghostly(this.draft, this.ghost, this.preview?.made?.drawn ?? this.#ownCut(), this.held.flatMap((f) => f.shapes)));

  /** Take up the drafts of a case as this browser keeps them. */
  enter(id: string | null): void {
    if (id === this.#case) return;
    this.put();
    this.#case = id;
    this.held = [];
    this.outcomes = [];
    this.#history = began(this.#kept.enter(id));
    const { snaps, follows } = keptWays();
    this.snaps = snaps;
    this.follows = follows;
    if (this.rate === null && id !== null) void readTeamRate().then((rate) => (this.rate = rate)).catch(() => undefined);
  }

  /** Another page of this browser wrote or dropped a draft. */
  heard(key: string | null, text: string | null): void {
    const news = this.#kept.heard(key, text);
    if (news === null) return;
    this.#history = told(this.#history, news.id, news.draft);
    if (news.draft === null && this.active === news.id) this.put();
  }

  switch(way: "snaps" | "follows"): void {
    this[way] = !this[way];
    keepWays(this);
  }

  // --- the tool in hand ---

  /** Take a tool: the next click begins. Cutting, joining and moving an edge begin with the segment that is picked. */
  take(kind: DraftKind): void {
    this.put();
    if (casefile.isPast) return;
    this.tool = kind;
    const picked = selection.segment;
    if (kind === "redraw" && picked !== null) this.redraw(picked);
    else if (kind === "merge") this.#begin("merge", [], picked === null ? [] : [picked], true);
  }

  /** Put the tool away; what was begun stays as a draft, but for what is nothing yet. */
  put(): void {
    gesture.cancel();
    this.#letGo();
  }

  #letGo(): void {
    const begun = this.#held;
    if (begun && this.#isNothing(begun)) this.#history = settled(this.#history, begun.id);
    this.#history = settled(this.#history, ASKED);
    this.#save();
    this.tool = null;
    this.active = null;
    this.corner = null;
    this.ghost = null;
    this.#dragged = null;
    this.#lastSnap = null;
  }

  /** A form asks for a place, a line or an outline. */
  ask(kind: GestureKind | null): void {
    if (kind === null) {
      if (this.#history.drafts.some((d) => d.id === ASKED) || (this.active === ASKED)) this.#letGo();
      return;
    }
    this.#letGo();
    this.active = ASKED;
    this.#do(begun({ ...this.#blank(ASKED_AS[kind], []), id: ASKED }));
  }

  pick(id: string | null): void {
    if (id === this.active) return;
    this.#letGo();
    this.active = id;
    if (id !== null) void this.look();
  }

  /** Show the draft on the map. */
  seek(id: string): void {
    this.pick(id);
    this.looks += 1;
  }

  redraw(segment: string): void {
    const held = casefile.state?.area.segments[segment];
    if (!held) return;
    const begunAlready = this.drafts.find((d) => d.kind === "redraw" && d.about.includes(segment));
    this.tool = null;
    if (begunAlready) this.active = begunAlready.id;
    else this.#begin("redraw", held.ring, [segment], true, held.name);
  }

  // --- clicks and keys ---

  /** The pointer lies there: what a click would add. */
  hover(position: Position, snap: Snap | null): void {
    const at = snap?.position ?? position;
    const isBare = this.tool !== null && this.draft === null;
    if (!isBare && (this.draft === null || this.draft.isDone)) {
      this.ghost = null;
      return;
    }
    this.ghost = { position: at, way: this.#way(snap), label: snap?.label ?? null, isCorner: snap?.isCorner ?? false };
  }

  away(): void {
    this.ghost = null;
  }

  /** A click at a place. `onEnd` says that it fell on the first or last corner of what is drawn. */
  click(position: Position, snap: Snap | null, onEnd: "first" | "last" | null): void {
    const at = snap?.position ?? position;
    const draft = this.#held ?? null;
    if (draft === null) {
      const { tool } = this;
      if (tool === null || tool === "redraw" || tool === "merge") return;
      const made = this.#begin(tool, [at], tool === "split" && selection.segment !== null ? [selection.segment] : [], tool === "marker");
      if (tool === "marker") this.tool = null;
      else this.#lastSnap = snap === null ? null : { id: made.id, position: at, snap };
      this.ghost = null;
      return;
    }
    if (draft.isDone) return;
    if (formOf(draft) === "point") {
      this.#do(replaced(draft, [at]));
      this.finish();
      return;
    }
    const [first, last] = [draft.positions[0], draft.positions.at(-1)];
    const end = onEnd ?? (last && samePlace(last, at) ? "last" : first && samePlace(first, at) ? "first" : null);
    if (end !== null && hasEnough(draft) && (end === "last" || formOf(draft) === "outline")) {
      this.finish(end === "first" ? snap : null);
      return;
    }
    if (end === "last") return;
    this.#do(extended(draft, [...this.#way(snap), at]));
    this.#lastSnap = snap === null ? null : { id: draft.id, position: at, snap };
    this.ghost = null;
  }

  /** A segment was clicked while segments are chosen. */
  clickSegment(id: string): void {
    const draft = this.#held ?? null;
    if (this.tool === "redraw" && draft === null) this.redraw(id);
    else if (draft?.kind === "merge") this.about(draft, draft.about.includes(id) ? draft.about.filter((a) => a !== id) : [...draft.about, id]);
  }

  get choosesSegments(): boolean {
    return (this.tool === "redraw" && this.draft === null) || (this.tool === "merge" && this.draft?.kind === "merge");
  }

  about(draft: Draft, about: readonly string[]): void {
    const first = draft.kind === "merge" && !draft.name ? casefile.state?.area.segments[about[0] ?? ""]?.name : undefined;
    this.#change(draft, (d) => ({ puts: [{ id: d.id, before: d, after: { ...d, about, name: first ?? d.name, fault: null } }], key: null }));
    void this.look();
  }

  /** It is drawn: it becomes a draft with handles, or the answer to the form that asked. */
  finish(closing: Snap | null = null): void {
    let draft = this.#held;
    if (!draft || draft.isDone || !hasEnough(draft)) return;
    const way = closing === null ? [] : this.#way(closing);
    if (draft.id === ASKED) {
      const answer = [...draft.positions, ...way];
      this.#letGo();
      gesture.finish(answer);
      return;
    }
    if (way.length) this.#do(extended(draft, way));
    this.#do(finished(this.#held as Draft));
    draft = this.#held as Draft;
    if (draft.kind === "split") {
      const through = this.cutBy(draft);
      const [only] = through;
      if (!through.includes(draft.about[0] ?? "") && only !== undefined) this.about(draft, [only]);
    }
    this.tool = null;
    this.ghost = null;
    this.#lastSnap = null;
    void this.look();
  }

  /** Esc: the last corner goes; without one, the tool is put away. */
  back(): void {
    const draft = this.#held;
    if (draft && !draft.isDone && draft.positions.length > 0) {
      this.undo();
      return;
    }
    this.put();
  }

  /** The segments that a line cuts through. */
  cutBy(draft: Draft): string[] {
    return cuts(casefile.state, draft.positions, null).map((c) => c.segment);
  }

  // --- corners ---

  /** A corner is being dragged; nothing is a step before it is let go. */
  drag(hit: { what: "corner" | "middle"; at: number }, position: Position, snap: Snap | null): void {
    const draft = this.#held;
    if (!draft) return;
    const at = snap?.position ?? position;
    this.#dragged = hit.what === "corner" ? moved(draft, hit.at, at) : inserted(draft, hit.at, at);
    this.corner = hit.at;
    this.ghost = snap === null ? null : { position: at, way: [], label: snap.label, isCorner: snap.isCorner };
  }

  drop(): void {
    const change = this.#dragged;
    this.#dragged = null;
    this.ghost = null;
    if (change === null) return;
    this.#do(change);
    void this.look();
  }

  /** Move the picked corner a little; steps of one key press after the other are one. */
  nudge(position: Position): void {
    const draft = this.#held;
    if (!draft || this.corner === null) return;
    this.#do(moved(draft, this.corner, position, `${draft.id} corner ${this.corner}`));
  }

  removeCorner(): void {
    const draft = this.#held;
    if (!draft) return;
    const at = this.corner ?? (draft.isDone ? null : draft.positions.length - 1);
    if (at === null || at < 0 || (draft.isDone && draft.positions.length <= LEAST[FORMS[draft.kind]])) return;
    this.#do(removed(draft, at));
    this.corner = null;
    void this.look();
  }

  // --- drafts ---

  rename(draft: Draft, name: string): void {
    this.#change(draft, (d) => named(d, name));
  }
  fill(draft: Draft, field: string, value: string | boolean): void {
    this.#change(draft, (d) => filled(d, field, value));
    void this.look();
  }
  place(draft: Draft, positions: readonly Position[]): void {
    this.#change(draft, (d) => replaced(d, positions));
    void this.look();
  }
  become(draft: Draft, kind: DraftKind): void {
    this.#change(draft, (d) => turnedInto(d, kind));
    if (draft.kind === "route") this.rename(draft, nameFor(kind, casefile.state, this.drafts));
  }
  goOn(draft: Draft): void {
    this.#change(draft, reopened);
    this.active = draft.id;
  }
  delete(draft: Draft): void {
    this.#change(draft, (d) => dropped([d]));
    if (this.active === draft.id) this.#letGo();
  }
  /** A draft by the keyboard: nothing of it is drawn yet, its places are typed. */
  type(kind: DraftKind): Draft {
    this.put();
    return this.#begin(kind, [], [], true);
  }
  /** Drafts from shapes of a file, to be looked at and changed before they are sent. */
  bring(kind: "segment" | "region" | "boundary" | "route", shapes: readonly { name: string; positions: readonly Position[] }[]): void {
    this.put();
    const puts: { id: string; before: null; after: Draft }[] = [];
    for (const { name, positions } of shapes) {
      const blank = this.#blank(kind, [], puts.map((p) => p.after));
      puts.push({ id: blank.id, before: null, after: { ...blank, name: name || blank.name, positions, isDone: true } });
    }
    if (puts.length) this.#do({ puts, key: null });
  }

  undo(): void {
    this.#step(undone(this.#history), this.#history.done.at(-1));
  }
  redo(): void {
    this.#step(redone(this.#history), this.#history.undone.at(-1));
  }

  // --- to the desk ---

  /** What the desk would make of the active draft: a cut, a join, a moved edge. */
  async look(): Promise<void> {
    const draft = this.#held;
    if (!draft || !hasPreview(draft) || notYet(draft) !== null || casefile.id === null) return;
    const sending = sendingOf(draft);
    if (sending === null || (draft.kind === "split" && draft.about.length === 0)) return;
    const [id, of] = [draft.id, contentOf(draft, casefile.seq)];
    try {
      const made = await previewOf(casefile.id, sending.command, sending.fields, actor.user);
      if (this.active === id) this.#preview = { id, of, made, fault: null };
    } catch (error) {
      if (this.active === id) this.#preview = { id, of, made: null, fault: sentence(error) };
    }
  }

  /** Send drafts in order; each stays until the desk took it, with the desk's sentence where it did not. */
  async send(ids: readonly string[]): Promise<void> {
    const at = this.#case;
    if (this.isSending || at === null) return;
    this.isSending = true;
    this.outcomes = [];
    this.tool = null;
    for (const id of ids) {
      const draft = this.#history.drafts.find((d) => d.id === id);
      if (!draft || this.#case !== at) continue;
      const outcome = await this.#sendOne(draft);
      if (this.#case !== at) break;
      this.outcomes = [...this.outcomes, outcome];
    }
    this.isSending = false;
  }

  async #sendOne(draft: Draft, isAgain = false): Promise<Outcome> {
    const lacking = notYet(draft);
    const sending = sendingOf(draft);
    if (lacking !== null || sending === null) return this.#refused(draft, lacking ?? "");
    try {
      const done = await act(sending.command, sending.fields, keyOf(draft, sending));
      this.#history = settled(this.#history, draft.id);
      this.#save();
      if (this.active === draft.id) this.#letGo();
      return { id: draft.id, name: draft.name || draft.id, seq: done.seq, fault: null };
    } catch (error) {
      if (error instanceof Refused && error.code === "conflict") {
        await casefile.refresh();
        // somebody else's entry spoils nothing that is only added; a cut or a join is looked at again
        if (!isAgain && !hasPreview(draft)) return this.#sendOne(draft, true);
      }
      return this.#refused(draft, sentence(error));
    }
  }

  #refused(draft: Draft, fault: string): Outcome {
    // the draft may have been changed while it was sent: only its fault is put in
    const stood = this.#history.drafts.find((d) => d.id === draft.id);
    if (stood) {
      this.#history = told(this.#history, stood.id, { ...stood, fault });
      this.#save();
    }
    return { id: draft.id, name: draft.name || draft.id, seq: null, fault };
  }

  // --- inside ---

  /** The active draft as the history has it, without what is being dragged. */
  get #held(): Draft | undefined {
    return this.#history.drafts.find((d) => d.id === this.active);
  }

  /** Nothing is drawn yet, or an edge stands where it stood: no draft to keep. */
  #isNothing(draft: Draft): boolean {
    if (draft.kind !== "redraw") return draft.positions.length === 0 && draft.about.length < 2;
    const ring = casefile.state?.area.segments[draft.about[0] ?? ""]?.ring ?? [];
    return draft.fault === null && ring.length === draft.positions.length && ring.every((p, i) => samePlace(p, draft.positions[i] as Position));
  }

  #blank(kind: DraftKind, about: readonly string[], beside: readonly Draft[] = []): Draft {
    const all = [...this.drafts, ...beside];
    const bytes = crypto.getRandomValues(new Uint8Array(6));
    return {
      id: [...bytes].map((b) => b.toString(16).padStart(2, "0")).join(""), n: Math.max(0, ...all.map((d) => d.n)) + 1, kind,
      name: nameFor(kind, casefile.state, all), positions: [], isDone: false, about,
      fields: kind === "boundary" ? { kind: "border" } : kind === "redraw" ? { with_neighbours: true } : kind === "marker" ? { what: "clue" } : {}, fault: null,
    };
  }

  #begin(kind: DraftKind, positions: readonly Position[], about: readonly string[], isDone: boolean, name?: string): Draft {
    const blank = this.#blank(kind, about);
    const first = kind === "merge" && about[0] !== undefined ? casefile.state?.area.segments[about[0]]?.name : undefined;
    const draft: Draft = { ...blank, positions, isDone, name: name ?? first ?? blank.name };
    this.#do(begun(draft));
    this.active = draft.id;
    this.corner = null;
    return draft;
  }

  /** Corners between the last corner and a snapped place along the lines that both lie on. */
  #way(snap: Snap | null): readonly Position[] {
    const last = this.#lastSnap;
    const draft = this.#held;
    const end = draft?.positions.at(-1);
    if (!this.follows || snap === null || last === null || !end || last.id !== draft?.id || !samePlace(end, last.position)) return [];
    // a cut goes along trails, not round the segment that it cuts
    if (draft?.kind === "split" && [snap, last.snap].some((x) => this.index.line(x.line)?.about !== "")) return [];
    return this.network.trace(last.snap, snap) ?? [];
  }

  /** The parts of a cut while it is drawn, before the desk was asked. */
  #ownCut(): { name: string; ring: readonly Position[] }[] {
    const draft = this.draft;
    if (draft?.kind !== "split") return [];
    const line = this.ghost && !draft.isDone ? [...draft.positions, ...this.ghost.way, this.ghost.position] : draft.positions;
    const [chosen] = draft.about;
    return cuts(casefile.state, line, chosen ?? null).flatMap((c) => c.parts.map((ring) => ({ name: "", ring })));
  }

  #change(draft: Draft, change: (stood: Draft) => Change): void {
    const stood = this.#history.drafts.find((d) => d.id === draft.id);
    if (stood) this.#do(change(stood));
  }

  #do(change: Change): void {
    this.#history = changed(this.#history, change);
    this.#save();
  }

  /** A step back or forth: what it changed is looked at. */
  #step(history: History, step: Change | undefined): void {
    this.#history = history;
    const has = (id: string | null): boolean => id !== null && this.#history.drafts.some((d) => d.id === id);
    if (this.active === ASKED && !has(ASKED)) gesture.cancel();
    if (!has(this.active)) this.active = step?.puts.map((p) => p.id).find(has) ?? null;
    const draft = this.#held;
    if (draft && !draft.isDone && draft.id !== ASKED) this.tool = draft.kind;
    if (this.corner !== null && this.corner >= (draft?.positions.length ?? 0)) this.corner = null;
    this.ghost = null;
    this.#save();
    void this.look();
  }

  #save(): void {
    this.#kept.save(this.#history.drafts.filter((d) => d.id !== ASKED));
  }
}

export const sketch = new Sketch();
