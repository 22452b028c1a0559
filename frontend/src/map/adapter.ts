/** The only importer of the map library: what is seen goes in, clicks and drawn shapes come out. */

import {
  Map as LibreMap, NavigationControl, ScaleControl, setWorkerUrl,
  type GeoJSONSource, type ImageSource, type StyleSpecification,
} from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { LineCollection } from "../lib/check";
import type { Bounds } from "../api/products";
import type { Position } from "../api/state";
import type { Window } from "../changes/graticule";
import { NOTHING, type Features } from "../changes/seen";
import { Drawing } from "./drawing";
import { LAYERS, PAPER, SHAPES, type ShapeName, type Slot } from "./layers";

// MapLibre 6 draws nothing unless it is told where its worker lies (DEPENDENCIES, fact 4)
setWorkerUrl(workerUrl);

/** A picture laid exactly on its bounds; Web Mercator, in which nothing is ever computed. */
export interface Picture {
  url: string;
  bounds: Bounds;
}
type Shapes = Features | LineCollection<Record<string, string | number>>;

/** A pyramid of squares, fetched as the map needs them. */
export interface Tiles {
  tiles: string;
  max_zoom: number;
  bounds: Bounds;
}

export interface Events {
  /** A click that drawing does not want, with the segment under it. */
  click(position: Position, segment: string | null): void;
  pointer(position: Position | null): void;
  moved(window: Window, zoom: number): void;
}

type Corners = [[number, number], [number, number], [number, number], [number, number]];
type PictureName = "poa" | "view";

/** What makes a layer of each kind see-through. */
const OPACITIES: Record<string, readonly string[]> = {
  line: ["line-opacity"], fill: ["fill-opacity"], circle: ["circle-opacity", "circle-stroke-opacity"], symbol: ["text-opacity"], raster: ["raster-opacity"],
};

/** From farther away the box of a case is a dot; the desk says the same (app/mapping.py). */
const LEAST_ZOOM = 6;

/** The empty style: no glyphs and no tiles, so nothing is ever fetched for it. */
export function emptyStyle(isDark: boolean): StyleSpecification {
  const sources = Object.fromEntries(SHAPES.map((name) => [name, { type: "geojson" as const, data: NOTHING }]));
  return { version: 8, sources, layers: LAYERS(isDark) };
}

export class MapDesk {
  readonly #map: LibreMap;
  readonly #ready: Promise<void>;
  readonly #scale = new ScaleControl({ maxWidth: 140 });
  /** As the style gives it, of each layer and paint property. */
  readonly #usual = new Map<string, unknown>();
  /** What people draw on the map; see drawing.ts. */
  readonly drawing: Drawing;

  constructor(container: HTMLElement, isDark: boolean, events: Events) {
    this.#map = new LibreMap({
      container, style: emptyStyle(isDark), center: [0, 20], zoom: 1, attributionControl: false, dragRotate: false,
      pitchWithRotate: false, maxPitch: 0, fadeDuration: 0,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.#map.addControl(this.#scale, "bottom-left");
    this.#map.getCanvas().setAttribute("aria-label", "Map of the search. The tables beside it hold the same figures.");
    this.#ready = new Promise((resolve) => {
      this.#map.once("load", () => resolve());
    });
    this.#map.on("click", (event) => {
      if (this.drawing.isBusy) return;
      const [hit] = this.#map.queryRenderedFeatures(event.point, { layers: ["segments-fill"] });
      const id: unknown = hit?.properties.id;
      events.click(placeOf(event.lngLat), typeof id === "string" ? id : null);
    });
    this.#map.on("mousemove", (event) => events.pointer(placeOf(event.lngLat)));
    this.#map.on("mouseout", () => events.pointer(null));
    const tell = (): void => {
      const seen = this.#map.getBounds();
      events.moved({ west_deg: seen.getWest(), south_deg: seen.getSouth(), east_deg: seen.getEast(), north_deg: seen.getNorth() }, this.#map.getZoom());
    };
    this.#map.on("moveend", tell);
    this.#map.on("resize", tell);
    void this.#ready.then(tell);
    this.drawing = new Drawing(this.#map, this.#ready);
  }

  async shapes(name: ShapeName, data: Shapes | null): Promise<void> {
    await this.#ready;
    this.#map.getSource<GeoJSONSource>(name)?.setData(data ?? NOTHING);
  }

  /** Lines that are too many for the page to hold: the map's own worker fetches and cuts them. */
  async fetched(name: ShapeName, url: string | null): Promise<void> {
    await this.#ready;
    this.#map.getSource<GeoJSONSource>(name)?.setData(url === null ? NOTHING : new URL(url, location.href).href);
  }

  async picture(name: PictureName, picture: Picture | null): Promise<void> {
    await this.#ready;
    const source = this.#map.getSource<ImageSource>(name);
    if (picture === null) {
      if (source === undefined) return;
      this.#map.removeLayer(name);
      this.#map.removeSource(name);
    } else if (source === undefined) {
      this.#map.addSource(name, { type: "image", url: picture.url, coordinates: corners(picture.bounds) });
      this.#map.addLayer({ id: name, type: "raster", source: name, paint: { "raster-fade-duration": 0 } }, `slot-${name}`);
    } else {
      source.updateImage({ url: picture.url, coordinates: corners(picture.bounds) });
    }
  }

  /** Squares of one kind of ground; those of before that are not named any more go. */
  async pyramids(slot: Slot, wanted: Record<string, Tiles>): Promise<void> {
    await this.#ready;
    const named = Object.fromEntries(Object.entries(wanted).map(([id, tiles]) => [`${slot}-${id}`, tiles]));
    for (const layer of this.#map.getStyle().layers) {
      if (!layer.id.startsWith(`${slot}-`) || layer.id in named) continue;
      this.#map.removeLayer(layer.id);
      this.#map.removeSource(layer.id);
    }
    for (const [id, { tiles, max_zoom, bounds: b }] of Object.entries(named)) {
      if (this.#map.getSource(id)) continue;
      this.#map.addSource(id, { type: "raster", tiles: [new URL(tiles, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")], tileSize: 512, minzoom: LEAST_ZOOM, maxzoom: max_zoom, bounds: [b.west_deg, b.south_deg, b.east_deg, b.north_deg] });
      this.#map.addLayer({ id, type: "raster", source: id, paint: { "raster-fade-duration": 0 } }, `slot-${slot}`);
    }
  }

  /** Show or hide the layers of one kind, and how strongly: those whose id is the name, or begins with it and a dash. */
  async shown(name: string, isVisible: boolean, opacity: number): Promise<void> {
    await this.#ready;
    for (const { id, type } of this.#map.getStyle().layers) {
      if (id !== name && !id.startsWith(`${name}-`)) continue;
      this.#map.setLayoutProperty(id, "visibility", isVisible ? "visible" : "none");
      for (const property of OPACITIES[type] ?? []) {
        const key = `${id} ${property}`;
        if (!this.#usual.has(key)) this.#usual.set(key, this.#map.getPaintProperty(id, property as "line-opacity") ?? 1);
        const usual = this.#usual.get(key);
        this.#map.setPaintProperty(id, property as "line-opacity", typeof usual === "number" ? usual * opacity : (["*", usual, opacity] as unknown as number));
      }
    }
  }

  units(units: "metric" | "imperial"): void {
    this.#scale.setUnit(units);
  }

  /** While an instrument takes clicks, a second one zooms nothing. */
  aim(isAiming: boolean): void {
    this.#map.getCanvas().style.cursor = isAiming ? "crosshair" : "";
    if (isAiming) this.#map.doubleClickZoom.disable();
    else this.#map.doubleClickZoom.enable();
  }

  async goTo(position: Position, zoom: number | null): Promise<void> {
    await this.#ready;
    this.#map.jumpTo({ center: [position.lon_deg, position.lat_deg], ...(zoom === null ? {} : { zoom }) });
  }

  async pick(segment: string | null): Promise<void> {
    await this.#ready;
    this.#map.setFilter("segments-picked", ["==", ["get", "id"], segment ?? ""]);
  }

  async dark(isDark: boolean): Promise<void> {
    await this.#ready;
    this.#map.setPaintProperty("paper", "background-color", isDark ? PAPER.dark : PAPER.light);
  }

  async fit(box: [number, number, number, number]): Promise<void> {
    await this.#ready;
    this.#map.fitBounds(box, { padding: 32, maxZoom: 14, animate: false });
  }

  resize(): void {
    this.#map.resize();
  }

  close(): void {
    this.drawing.close();
    this.#map.remove();
  }
}

const placeOf = ({ lng, lat }: { lng: number; lat: number }): Position => ({ lat_deg: lat, lon_deg: lng });

function corners(b: Bounds): Corners {
  return [[b.west_deg, b.north_deg], [b.east_deg, b.north_deg], [b.east_deg, b.south_deg], [b.west_deg, b.south_deg]];
}
