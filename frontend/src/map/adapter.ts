/** The only importer of the map library: what is seen goes in, clicks and drawn shapes come out. */

import {
  Map as LibreMap, NavigationControl, ScaleControl, setWorkerUrl,
  type GeoJSONSource, type ImageSource, type StyleSpecification,
} from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { LineCollection } from "../lib/check";
import type { Bounds } from "../api/products";
import { NOTHING, type Features } from "../changes/seen";
import { Drawing } from "./drawing";
import { LAYERS, PAPER, SHAPES, type ShapeName } from "./layers";

// MapLibre 6 draws nothing unless it is told where its worker lies (DEPENDENCIES, fact 4)
setWorkerUrl(workerUrl);

/** A picture laid exactly on its bounds; Web Mercator, in which nothing is ever computed. */
export interface Picture {
  url: string;
  bounds: Bounds;
}
type Shapes = Features | LineCollection<Record<string, string | number>>;

export interface Events {
  segment(id: string | null): void;
}

type Corners = [[number, number], [number, number], [number, number], [number, number]];
type PictureName = "hillshade" | "poa";

/** Which layer each picture lies under. */
const ABOVE: Record<PictureName, string> = { hillshade: "contours-line", poa: "lines" };

/** The empty style: no glyphs and no tiles, so nothing is ever fetched for it. */
export function emptyStyle(isDark: boolean): StyleSpecification {
  const sources = Object.fromEntries(SHAPES.map((name) => [name, { type: "geojson" as const, data: NOTHING }]));
  return { version: 8, sources, layers: LAYERS(isDark) };
}

export class MapDesk {
  readonly #map: LibreMap;
  readonly #ready: Promise<void>;
  /** What people draw on the map; see drawing.ts. */
  readonly drawing: Drawing;

  constructor(container: HTMLElement, isDark: boolean, events: Events) {
    this.#map = new LibreMap({
      container, style: emptyStyle(isDark), center: [0, 20], zoom: 1, attributionControl: false, dragRotate: false,
      pitchWithRotate: false, maxPitch: 0, fadeDuration: 0,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.#map.addControl(new ScaleControl({ maxWidth: 140 }), "bottom-left");
    this.#map.getCanvas().setAttribute("aria-label", "Map of the search. The tables beside it hold the same figures.");
    this.#ready = new Promise((resolve) => {
      this.#map.once("load", () => resolve());
    });
    this.#map.on("click", (event) => {
      if (this.drawing.isBusy) return;
      const [hit] = this.#map.queryRenderedFeatures(event.point, { layers: ["segments-fill"] });
      const id: unknown = hit?.properties.id;
      events.segment(typeof id === "string" ? id : null);
    });
    this.drawing = new Drawing(this.#map, this.#ready);
  }

  async shapes(name: ShapeName, data: Shapes | null): Promise<void> {
    await this.#ready;
    this.#map.getSource<GeoJSONSource>(name)?.setData(data ?? NOTHING);
  }

  async picture(name: PictureName, picture: Picture | null, opacity: number): Promise<void> {
    await this.#ready;
    const source = this.#map.getSource<ImageSource>(name);
    if (picture === null) {
      if (source === undefined) return;
      this.#map.removeLayer(name);
      this.#map.removeSource(name);
    } else if (source === undefined) {
      this.#map.addSource(name, { type: "image", url: picture.url, coordinates: corners(picture.bounds) });
      const paint = { "raster-opacity": opacity, "raster-fade-duration": 0 };
      this.#map.addLayer({ id: name, type: "raster", source: name, paint }, ABOVE[name]);
    } else {
      source.updateImage({ url: picture.url, coordinates: corners(picture.bounds) });
    }
  }

  async opacity(name: PictureName, value: number): Promise<void> {
    await this.#ready;
    if (this.#map.getLayer(name)) this.#map.setPaintProperty(name, "raster-opacity", value);
  }

  /** Show or hide the layers of one kind, named by the beginning of their ids. */
  async visible(prefix: string, isVisible: boolean): Promise<void> {
    await this.#ready;
    for (const layer of this.#map.getStyle().layers) {
      if (layer.id.startsWith(prefix)) this.#map.setLayoutProperty(layer.id, "visibility", isVisible ? "visible" : "none");
    }
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

function corners(b: Bounds): Corners {
  return [[b.west_deg, b.north_deg], [b.east_deg, b.north_deg], [b.east_deg, b.south_deg], [b.west_deg, b.south_deg]];
}
