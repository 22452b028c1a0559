/** Drawing on the map: pointer and keys to the sketch, and the sketch to layers. Knows the map only as it is handed in. */

import type { Map as LibreMap, GeoJSONSource, LayerSpecification, MapMouseEvent } from "maplibre-gl";
import type { Position } from "../api/state";
import { extent, type Features } from "../changes/seen";
import { formOf } from "../changes/sketch";
import { segmentAt, under, type Hit } from "../changes/sketch_seen";
import { SNAP_PX, mercator, pixels, unmercator, type Snap } from "../changes/snap";
import { casefile } from "../stores/casefile.svelte";
import { sketch } from "../stores/sketch.svelte";

type Handle = Hit & { what: "corner" | "middle" };

const NOTHING: Features = { type: "FeatureCollection", features: [] };
const INK = "#b0125b";
const WRONG = "#a3160f";
const SNAPPED = "#0b7a3b";
/** A handle is gripped this far from its middle. */
const GRIP_PX = { mouse: 10, touch: 22 } as const;

const role = (name: string): ["==", ["get", string], string] => ["==", ["get", "role"], name];
const TEXT = { "text-font": ["sans-serif"], "text-size": 12 };
const HALO = { "text-color": "#6d0a38", "text-halo-color": "#ffffff", "text-halo-width": 1.8 };
const ink: ["case", ["get", string], string, string] = ["case", ["get", "wrong"], WRONG, INK];

/** Held down, either key switches snapping off: some window managers keep Alt for themselves. */
const isFreeing = (event: MouseEvent | KeyboardEvent): boolean => event.altKey || event.shiftKey;

function layers(): LayerSpecification[] {
  return [
    { id: "ghost-preview-fill", type: "fill", source: "ghosts", filter: ["all", role("preview"), ["==", ["geometry-type"], "Polygon"]], paint: { "fill-color": ["match", ["get", "part"], 0, "#0b7a3b", "#0b5c8a"], "fill-opacity": 0.3 } },
    { id: "ghost-preview", type: "line", source: "ghosts", filter: ["all", role("preview"), ["==", ["geometry-type"], "LineString"]], paint: { "line-color": SNAPPED, "line-width": 2.5 } },
    { id: "ghost-held", type: "line", source: "ghosts", filter: ["all", role("held"), ["==", ["geometry-type"], "LineString"]], paint: { "line-color": "#0a84d6", "line-width": 3, "line-dasharray": [2, 1] } },
    { id: "ghost-held-dot", type: "circle", source: "ghosts", filter: ["all", role("held"), ["==", ["geometry-type"], "Point"]], paint: { "circle-radius": 6, "circle-color": "#0b5c8a", "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } },
    { id: "sketch-fill", type: "fill", source: "sketch", filter: ["all", role("draft"), ["==", ["geometry-type"], "Polygon"]], paint: { "fill-color": ink, "fill-opacity": ["case", ["get", "active"], 0.2, 0.1] } },
    { id: "sketch-casing", type: "line", source: "sketch", filter: ["all", role("draft"), ["==", ["geometry-type"], "LineString"]], layout: { "line-join": "round" }, paint: { "line-color": "#ffffff", "line-width": 6, "line-opacity": 0.85 } },
    { id: "sketch-line", type: "line", source: "sketch", filter: ["all", role("draft"), ["==", ["geometry-type"], "LineString"]], layout: { "line-join": "round" }, paint: { "line-color": ink, "line-width": ["case", ["get", "active"], 3.4, 2.4] } },
    { id: "ghost-line", type: "line", source: "ghosts", filter: ["any", role("ghost"), role("closing")], paint: { "line-color": INK, "line-width": 2, "line-dasharray": [2, 1.5], "line-opacity": ["match", ["get", "role"], "closing", 0.5, 1] } },
    { id: "sketch-middle", type: "circle", source: "sketch", filter: role("middle"), paint: { "circle-radius": 4, "circle-color": "#ffffff", "circle-opacity": 0.85, "circle-stroke-color": INK, "circle-stroke-width": 1.5 } },
    { id: "sketch-corner", type: "circle", source: "sketch", filter: role("corner"), paint: { "circle-radius": ["case", ["get", "picked"], 8, 6], "circle-color": ["case", ["get", "picked"], "#ffb703", "#ffffff"], "circle-stroke-color": INK, "circle-stroke-width": 2.5 } },
    { id: "sketch-marker", type: "circle", source: "sketch", filter: role("marker"), paint: { "circle-radius": ["case", ["get", "active"], 10, 8], "circle-color": ink, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2.5 } },
    { id: "sketch-text", type: "symbol", source: "sketch", filter: ["any", role("name"), role("marker")], layout: { ...TEXT, "text-size": 13, "text-field": ["get", "label"], "text-variable-anchor": ["center", "top", "bottom", "left"], "text-radial-offset": 1.1, "text-allow-overlap": true }, paint: HALO },
    { id: "ghost-snap", type: "circle", source: "ghosts", filter: role("snap"), paint: { "circle-radius": ["case", ["get", "corner"], 8, 6], "circle-opacity": 0, "circle-stroke-color": SNAPPED, "circle-stroke-width": 3 } },
    { id: "ghost-text", type: "symbol", source: "ghosts", filter: ["any", role("snap"), role("held"), ["all", role("preview"), ["==", ["geometry-type"], "Point"]]], layout: { ...TEXT, "text-field": ["get", "label"], "text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": 1.1 }, paint: { ...HALO, "text-color": "#0a4d26" } },
  ];
}

export class Drawing {
  readonly #map: LibreMap;
  readonly #ready: Promise<void>;
  readonly #box: HTMLElement;
  readonly #closed = new AbortController();
  #grip: Handle | null = null;
  #isTouch = false;
  /** Held down, it switches snapping off. */
  #isFree = false;
  #shown = { sketch: NOTHING, ghosts: NOTHING };
  readonly #drawn = { sketch: NOTHING, ghosts: NOTHING };

  constructor(map: LibreMap, ready: Promise<void>) {
    this.#map = map;
    this.#ready = ready;
    this.#box = map.getCanvasContainer();
    map.on("click", (event) => this.#click(event));
    map.on("mousemove", (event) => this.#hover(event));
    map.on("mouseout", () => sketch.away());
    const { signal } = this.#closed;
    this.#box.addEventListener("pointerdown", (e) => this.#down(e), { signal, capture: true });
    this.#box.addEventListener("pointermove", (e) => this.#move(e), { signal });
    this.#box.addEventListener("pointerup", (e) => this.#up(e), { signal });
    this.#box.addEventListener("pointercancel", (e) => this.#up(e), { signal });
    this.#box.addEventListener("contextmenu", (e) => this.#menu(e), { signal });
    window.addEventListener("keydown", (e) => this.#key(e), { signal, capture: true });
    window.addEventListener("keyup", (e) => (this.#isFree = isFreeing(e)), { signal });
    window.addEventListener("blur", () => (this.#isFree = false), { signal });
  }

  /** Whether clicks are the drawing's and pick no segment. */
  get isBusy(): boolean {
    return sketch.isDrawing || sketch.draft !== null;
  }

  /** Show drafts and what hovers; call again with every change. */
  async show(drafts: Features, ghosts: Features): Promise<void> {
    this.#shown = { sketch: drafts, ghosts };
    await this.#ready;
    if (this.#shown.ghosts !== ghosts || this.#shown.sketch !== drafts) return;
    if (this.#map.getSource("sketch") === undefined) {
      for (const id of ["sketch", "ghosts"] as const) this.#map.addSource(id, { type: "geojson", data: NOTHING });
      for (const layer of layers()) this.#map.addLayer(layer);
    }
    for (const [id, data] of [["sketch", drafts], ["ghosts", ghosts]] as const) {
      if (this.#drawn[id] === data) continue;
      this.#drawn[id] = data;
      this.#map.getSource<GeoJSONSource>(id)?.setData(data);
    }
  }

  /** How the map behaves while something is drawn: a second click ends a line and zooms nothing. */
  mode(isDrawing: boolean, isEditing: boolean): void {
    this.#map.getCanvas().style.cursor = isDrawing ? "crosshair" : "";
    if (isDrawing || isEditing) this.#map.doubleClickZoom.disable();
    else this.#map.doubleClickZoom.enable();
    // a finger on a handle drags the handle, not the page
    this.#box.style.touchAction = isDrawing || isEditing ? "none" : "";
  }

  /** Bring what was asked for into sight: what a dropped file holds, or the active draft. */
  async seek(): Promise<void> {
    await this.#ready;
    const held = sketch.held.flatMap((f) => f.shapes).flatMap((s) => s.positions);
    const positions = held.length ? held : (sketch.draft?.positions ?? []);
    const place = extent([{ features: positions.map((p) => ({ geometry: { type: "Point" as const, coordinates: [p.lon_deg, p.lat_deg] as [number, number] } })) }]);
    if (place) this.#map.fitBounds(place, { padding: 80, maxZoom: 15, animate: false });
  }

  close(): void {
    this.#closed.abort();
  }

  #snap(position: Position, isFree: boolean, about: readonly string[] = []): Snap | null {
    if (!sketch.snaps || isFree || this.#isFree) return null;
    return sketch.index.snap(position, this.#reach(this.#isTouch ? SNAP_PX.touch : SNAP_PX.mouse), new Set(about));
  }

  #reach(px: number): number {
    return pixels(px, this.#map.getZoom());
  }

  #own(): readonly string[] {
    const { draft } = sketch;
    // a moved edge lies on its own old edge all along, and would stick to it
    return draft === null ? [] : draft.kind === "redraw" ? [draft.id, ...draft.about] : [draft.id];
  }

  #click(event: MapMouseEvent): void {
    const position = { lat_deg: event.lngLat.lat, lon_deg: event.lngLat.lng };
    const isFree = isFreeing(event.originalEvent);
    const { state } = casefile;
    if (sketch.choosesSegments) {
      const id = state === null ? null : segmentAt(state, position);
      if (id !== null) sketch.clickSegment(id);
      return;
    }
    const { draft } = sketch;
    if (sketch.isDrawing) {
      sketch.click(position, this.#snap(position, isFree, this.#own()), this.#ending(position));
      return;
    }
    const hit = under(position, this.#reach(this.#grips), sketch.drafts, sketch.active);
    if (hit?.what === "corner") sketch.corner = hit.at;
    else if (hit?.what === "draft") sketch.pick(hit.id);
    else if (draft !== null) sketch.pick(null);
  }

  /** Whether a click fell on the first or the last corner of what is drawn. */
  #ending(position: Position): "first" | "last" | null {
    const { draft } = sketch;
    if (draft === null || draft.positions.length === 0) return null;
    const here = mercator(position);
    const isNear = (p: Position | undefined): boolean => {
      if (p === undefined) return false;
      const at = mercator(p);
      return Math.hypot(at[0] - here[0], at[1] - here[1]) <= this.#reach(this.#grips);
    };
    if (isNear(draft.positions.at(-1))) return "last";
    return formOf(draft) === "outline" && draft.positions.length > 2 && isNear(draft.positions[0]) ? "first" : null;
  }

  get #grips(): number {
    return this.#isTouch ? GRIP_PX.touch : GRIP_PX.mouse;
  }

  #hover(event: MapMouseEvent): void {
    if (this.#grip !== null || this.#isTouch) return;
    const position = { lat_deg: event.lngLat.lat, lon_deg: event.lngLat.lng };
    if (sketch.isDrawing && !sketch.choosesSegments) {
      sketch.hover(position, this.#snap(position, isFreeing(event.originalEvent), this.#own()));
      return;
    }
    if (sketch.draft !== null || sketch.drafts.length > 0) {
      const hit = under(position, this.#reach(this.#grips), sketch.drafts, sketch.active);
      this.#map.getCanvas().style.cursor = sketch.choosesSegments ? "pointer" : hit === null ? "" : hit.what === "draft" ? "pointer" : "move";
    }
  }

  #at(event: PointerEvent | MouseEvent): Position {
    const box = this.#map.getCanvas().getBoundingClientRect();
    const { lng, lat } = this.#map.unproject([event.clientX - box.left, event.clientY - box.top]);
    return { lat_deg: lat, lon_deg: lng };
  }

  #down(event: PointerEvent): void {
    this.#isTouch = event.pointerType !== "mouse";
    if (event.button !== 0 || !event.isPrimary || sketch.isDrawing || sketch.draft === null) return;
    const { draft } = sketch;
    const hit = under(this.#at(event), this.#reach(this.#grips), [draft], draft.id);
    if (hit === null || (hit.what === "draft" && formOf(draft) !== "point")) return;
    this.#grip = hit.what === "draft" ? { what: "corner", at: 0 } : hit;
    this.#map.dragPan.disable();
    this.#box.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    if (this.#grip === null) return;
    const position = this.#at(event);
    sketch.drag(this.#grip, position, this.#snap(position, isFreeing(event), this.#own()));
  }

  #up(event: PointerEvent): void {
    if (this.#grip === null) return;
    const { what, at } = this.#grip;
    this.#grip = null;
    this.#map.dragPan.enable();
    if (this.#box.hasPointerCapture(event.pointerId)) this.#box.releasePointerCapture(event.pointerId);
    sketch.drop();
    if (what === "corner") sketch.corner = at;
  }

  /** The other button: away with the corner under it, or with the last one while drawing. */
  #menu(event: MouseEvent): void {
    if (!this.isBusy) return;
    event.preventDefault();
    if (sketch.isDrawing) {
      sketch.back();
      return;
    }
    const { draft } = sketch;
    const hit = draft === null ? null : under(this.#at(event), this.#reach(this.#grips), [draft], draft.id);
    if (hit?.what !== "corner") return;
    sketch.corner = hit.at;
    sketch.removeCorner();
  }

  #key(event: KeyboardEvent): void {
    this.#isFree = isFreeing(event);
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (target?.closest("input, textarea, select, [contenteditable], dialog")) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const isButton = target?.closest("button, a, summary") !== null && target !== null;
    const taken = (): void => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (isCommand && !event.altKey && event.key.toLowerCase() === "z" && (event.shiftKey ? sketch.canRedo : sketch.canUndo)) {
      taken();
      if (event.shiftKey) sketch.redo();
      else sketch.undo();
    } else if (isCommand && event.key.toLowerCase() === "y" && sketch.canRedo) {
      taken();
      sketch.redo();
    } else if (!this.isBusy || isCommand) return;
    else if (event.key === "Escape") {
      taken();
      sketch.back();
    } else if (event.key === "Enter" && !isButton && sketch.draft !== null && !sketch.draft.isDone) {
      taken();
      sketch.finish();
    } else if ((event.key === "Delete" || event.key === "Backspace") && sketch.draft !== null && (sketch.corner !== null || !sketch.draft.isDone)) {
      taken();
      sketch.removeCorner();
    } else if (event.key.startsWith("Arrow") && sketch.draft !== null && sketch.corner !== null) {
      const step = this.#reach(event.shiftKey ? 10 : 1);
      const at = sketch.draft.positions[sketch.corner];
      if (at === undefined) return;
      taken();
      const [x, y] = mercator(at);
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
      sketch.nudge(unmercator([x + (dx ?? 0) * step, y + (dy ?? 0) * step]));
    }
  }
}
