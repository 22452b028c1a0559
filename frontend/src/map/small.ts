/** The map of a phone: one team's ground, segments and way. Draws from memory only; asks nobody for anything. */

import { addProtocol, Map as LibreMap, ScaleControl, setWorkerUrl, type GeoJSONSource, type ImageSource, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Ground, Told } from "../field/desk";
import type { Features } from "../changes/seen";
import type { LineCollection } from "../lib/check";
import { UNSURE_M, type Fix } from "../field/track";

// the phone keeps it under its own page, as the build puts it there (vite.config.ts)
setWorkerUrl(workerUrl.replace(/^\/assets\//, "/field/"));

const NAMES = ["contours", "lines", "segments", "way", "places", "here"] as const;
type Name = (typeof NAMES)[number];
type Feature = Features["features"][number];
type Drawn = Features | LineCollection<Record<string, string | number>>;
const collection = (features: Feature[]): Features => ({ type: "FeatureCollection", features });
const FONT = { "text-font": ["sans-serif"], "text-size": 14 };
const HALO = { "text-color": "#10161b", "text-halo-color": "#ffffff", "text-halo-width": 2 };

// the picture comes from the phone's own store; a protocol hands it to the map without any request
let shade: Blob | null = null;
addProtocol("phone", async () => ({ data: shade === null ? new ArrayBuffer(0) : await shade.arrayBuffer() }));

function style(): StyleSpecification {
  const sources = Object.fromEntries(NAMES.map((name) => [name, { type: "geojson" as const, data: collection([]) }]));
  return {
    version: 8, sources,
    layers: [
      { id: "paper", type: "background", paint: { "background-color": "#eef0ee" } },
      { id: "contours", type: "line", source: "contours", paint: { "line-color": "#8a6d3b", "line-width": 1, "line-opacity": 0.7 } },
      { id: "contours-text", type: "symbol", source: "contours", layout: { ...FONT, "text-size": 11, "symbol-placement": "line", "text-field": ["to-string", ["get", "ele"]] }, paint: { ...HALO, "text-color": "#5b461f" } },
      { id: "lines", type: "line", source: "lines", paint: { "line-width": 2.2, "line-color": ["match", ["get", "kind"], ["stream", "water", "river"], "#1c6fb3", ["trail", "path"], "#7a3f00", "#444444"] } },
      { id: "segments-casing", type: "line", source: "segments", paint: { "line-color": "#ffffff", "line-width": 7 } },
      { id: "segments", type: "line", source: "segments", paint: { "line-color": "#0b3d9c", "line-width": 4 } },
      { id: "segments-text", type: "symbol", source: "segments", layout: { ...FONT, "text-size": 16, "text-field": ["get", "name"] }, paint: HALO },
      { id: "way-casing", type: "line", source: "way", paint: { "line-color": "#ffffff", "line-width": 6 } },
      { id: "way", type: "line", source: "way", paint: { "line-color": "#c4008f", "line-width": 3.5 } },
      { id: "places", type: "circle", source: "places", paint: { "circle-radius": 8, "circle-color": ["match", ["get", "kind"], "ipp", "#c1121f", "#10161b"], "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
      { id: "places-text", type: "symbol", source: "places", layout: { ...FONT, "text-field": ["get", "label"], "text-offset": [0, 1.4] }, paint: HALO },
      { id: "here", type: "circle", source: "here", paint: { "circle-radius": 11, "circle-color": ["case", ["get", "isSure"], "#c4008f", "#999999"], "circle-stroke-color": "#fff", "circle-stroke-width": 3 } },
    ],
  };
}

export class SmallMap {
  readonly #map: LibreMap;
  readonly #ready: Promise<void>;
  #box: [number, number, number, number] | null = null;

  constructor(container: HTMLElement, _isDark: boolean) {
    this.#map = new LibreMap({ container, style: style(), center: [0, 20], zoom: 1, attributionControl: false, dragRotate: false, maxPitch: 0, fadeDuration: 0 });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    this.#ready = new Promise((resolve) => this.#map.once("load", () => resolve()));
  }

  async ground(ground: Ground | null, picture: Blob | null): Promise<void> {
    await this.#ready;
    this.#set("contours", ground?.contours ?? null);
    this.#set("lines", ground?.lines ?? null);
    const b = ground?.bounds;
    if (!b || picture === null) return;
    shade = picture;
    const coordinates: [[number, number], [number, number], [number, number], [number, number]] = [
      [b.west_deg, b.north_deg], [b.east_deg, b.north_deg], [b.east_deg, b.south_deg], [b.west_deg, b.south_deg],
    ];
    const url = `phone://shade/${ground.key}`;
    const held = this.#map.getSource<ImageSource>("shade");
    if (held) held.updateImage({ url, coordinates });
    else {
      this.#map.addSource("shade", { type: "image", url, coordinates });
      this.#map.addLayer({ id: "shade", type: "raster", source: "shade", paint: { "raster-opacity": 0.8, "raster-fade-duration": 0 } }, "contours");
    }
  }

  async task(told: Told | null): Promise<void> {
    await this.#ready;
    const open = told?.assignments.filter((a) => a.status !== "cancelled") ?? [];
    this.#set("segments", collection(open.map((a) => {
      const ring = a.segment.ring.map(lonLat);
      return { type: "Feature", properties: { name: a.segment.name }, geometry: { type: "Polygon", coordinates: [[...ring, ring[0] ?? [0, 0]]] } };
    })));
    this.#set("places", collection((told?.places ?? []).map((p) => ({ type: "Feature", properties: { kind: p.kind, label: p.label }, geometry: { type: "Point", coordinates: lonLat(p.at) } }))));
    const all = open.flatMap((a) => a.segment.ring.map(lonLat));
    const points = all.length ? all : (told?.places ?? []).map((p) => lonLat(p.at));
    const isFirst = this.#box === null;
    if (!points.length) return;
    const [x, y] = [points.map((p) => p[0] ?? 0), points.map((p) => p[1] ?? 0)];
    this.#box = [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
    if (isFirst) this.whole();
  }

  async way(trail: readonly Fix[], here: Fix | null): Promise<void> {
    await this.#ready;
    const sure = trail.filter((f) => f[3] === null || f[3] <= UNSURE_M);
    this.#set("way", collection(sure.length > 1 ? [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: sure.map(lonLat) } }] : []));
    const isSure = here !== null && (here[3] === null || here[3] <= UNSURE_M);
    this.#set("here", collection(here ? [{ type: "Feature", properties: { isSure }, geometry: { type: "Point", coordinates: lonLat(here) } }] : []));
  }

  whole(): void {
    if (this.#box) this.#map.fitBounds(this.#box, { padding: 30, maxZoom: 16, animate: false });
  }

  goTo(fix: Fix): void {
    this.#map.jumpTo({ center: [fix[1], fix[0]], zoom: Math.max(15, this.#map.getZoom()) });
  }

  close(): void {
    this.#map.remove();
  }

  #set(name: Name, data: Drawn | null): void {
    this.#map.getSource<GeoJSONSource>(name)?.setData(data ?? collection([]));
  }
}

const lonLat = (p: readonly (number | string | null)[]): [number, number] => [Number(p[1]), Number(p[0])];
