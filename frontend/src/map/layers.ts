/** How each thing looks on the map, from the ground up. Text is drawn from the machine's own fonts. */

import type { LayerSpecification } from "maplibre-gl";

export const SHAPES = ["contours", "lines", "grid", "regions", "segments", "levels", "boundaries", "tracks", "phones", "proposed", "points", "marks", "measure", "spot"] as const;
export type ShapeName = (typeof SHAPES)[number];

export const PAPER = { light: "#e9ecea", dark: "#20272b" };

/** Layers that are always there and show nothing, under which pictures are laid. */
export const SLOTS = ["hillshade", "landcover", "imagery", "poa", "view"] as const;
export type Slot = (typeof SLOTS)[number];
const slot = (name: Slot): LayerSpecification => ({ id: `slot-${name}`, type: "background", layout: { visibility: "none" } });

/** What the legend says of each kind of line, beside the probability itself. */
export const KEY: { name: string; swatch: string; says: string }[] = [
  { name: "ipp", swatch: "dot:#c1121f", says: "IPP: initial planning point" },
  { name: "clue", swatch: "dot:#7b2cbf", says: "Clue" },
  { name: "photograph", swatch: "dot:#b5179e", says: "Marker of a photograph" },
  { name: "statement", swatch: "dot:#0a6c74", says: "Place from a statement" },
  { name: "base", swatch: "dot:#10161b", says: "Base: teams set out from here" },
  { name: "segments", swatch: "line:#1f4e79", says: "Segment, with its probability of area" },
  { name: "dispatched", swatch: "fill:#0077ff", says: "Segment in which a team is out" },
  { name: "searched", swatch: "fill:#4f5b66", says: "Segment that was searched and is free" },
  { name: "levels", swatch: "line:#ffffff", says: "25, 50, 75, 95 % of all probability lie inside" },
  { name: "boundaries", swatch: "dash:#b3261e", says: "Boundary whose crossing means leaving" },
  { name: "tracks", swatch: "line:#0077ff", says: "Track that a team walked" },
  { name: "phones", swatch: "dot:#c4008f", says: "Phone of a team, where it was last, and its way so far" },
  { name: "proposed", swatch: "line:#7a1fa2", says: "Segment that is proposed and not drawn" },
  { name: "marks", swatch: "ring:#c2410c", says: "Place that was asked for in a panel" },
  { name: "regions", swatch: "dash:#5c4b00", says: "Region of one hypothesis" },
];

const WATER = ["stream", "water", "river"] as const;
const TRAILS = ["trail", "path"] as const;
const ROADS = ["road"] as const;

const FONT = { "text-font": ["sans-serif"], "text-size": 12 };
const halo = { "text-color": "#10161b", "text-halo-color": "#ffffff", "text-halo-width": 1.6 };

export function LAYERS(isDark: boolean): LayerSpecification[] {
  return [
    { id: "paper", type: "background", paint: { "background-color": isDark ? PAPER.dark : PAPER.light } },
    slot("hillshade"), slot("landcover"), slot("imagery"),
    // between the main lines, which are there from afar
    { id: "contours-line", type: "line", source: "contours", minzoom: 12.5, filter: ["!", ["get", "main"]], paint: { "line-color": "#6b5b45", "line-width": 0.6, "line-opacity": 0.6 } },
    { id: "contours-main", type: "line", source: "contours", filter: ["get", "main"], paint: { "line-color": "#6b5b45", "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.5, 13, 1.2], "line-opacity": 0.75 } },
    slot("poa"), slot("view"),
    { id: "water-line", type: "line", source: "lines", filter: ["in", ["get", "kind"], ["literal", [...WATER]]], paint: { "line-color": "#2a6fb0", "line-width": 1.2 } },
    { id: "trails-line", type: "line", source: "lines", filter: ["in", ["get", "kind"], ["literal", [...TRAILS]]], paint: { "line-color": "#7a3b12", "line-width": 1.3, "line-dasharray": [4, 1.2] } },
    { id: "roads-line", type: "line", source: "lines", filter: ["in", ["get", "kind"], ["literal", [...ROADS]]], paint: { "line-color": "#4a4a4a", "line-width": 1.8 } },
    { id: "other_lines-line", type: "line", source: "lines", filter: ["!", ["in", ["get", "kind"], ["literal", [...WATER, ...TRAILS, ...ROADS]]]], paint: { "line-color": "#5f5f5f", "line-width": 1, "line-dasharray": [1, 2] } },
    {
      id: "contours-text", type: "symbol", source: "contours", minzoom: 11.5, filter: ["get", "main"],
      layout: { ...FONT, "text-size": 10, "symbol-placement": "line", "text-field": ["to-string", ["get", "ele"]] },
      paint: { ...halo, "text-color": "#5a4a35" },
    },
    { id: "grid-line", type: "line", source: "grid", filter: ["==", ["get", "role"], "line"], paint: { "line-color": "#0b3d91", "line-width": ["case", ["get", "main"], 1.1, 0.6], "line-opacity": 0.7 } },
    { id: "regions-line", type: "line", source: "regions", paint: { "line-color": "#5c4b00", "line-width": 2, "line-dasharray": [4, 2] } },
    {
      id: "regions-text", type: "symbol", source: "regions",
      layout: { ...FONT, "symbol-placement": "line", "text-field": ["get", "name"] }, paint: halo,
    },
    {
      id: "segments-fill", type: "fill", source: "segments",
      paint: {
        "fill-color": ["match", ["get", "use"], "dispatched", "#0077ff", "draft", "#7db8ff", "searched", "#4f5b66", "#ffffff"],
        "fill-opacity": ["match", ["get", "use"], "free", 0.06, 0.2],
      },
    },
    { id: "segments-casing", type: "line", source: "segments", paint: { "line-color": "#ffffff", "line-width": 3.5, "line-opacity": 0.8 } },
    { id: "segments-line", type: "line", source: "segments", paint: { "line-color": "#1f4e79", "line-width": 1.8 } },
    {
      id: "segments-picked", type: "line", source: "segments", filter: ["==", ["get", "id"], ""],
      paint: { "line-color": "#ffb703", "line-width": 5 },
    },
    { id: "levels-casing", type: "line", source: "levels", paint: { "line-color": "#10161b", "line-width": 3, "line-opacity": 0.55 } },
    {
      id: "levels-line", type: "line", source: "levels",
      paint: { "line-color": "#ffffff", "line-width": ["case", ["==", ["get", "level"], 0.5], 2, 1.2] },
    },
    {
      id: "levels-text", type: "symbol", source: "levels",
      layout: {
        ...FONT, "symbol-placement": "line", "symbol-spacing": 260,
        "text-field": ["concat", ["to-string", ["round", ["*", 100, ["get", "level"]]]], " %"],
      },
      paint: halo,
    },
    { id: "boundaries-casing", type: "line", source: "boundaries", paint: { "line-color": "#ffffff", "line-width": 5, "line-opacity": 0.7 } },
    { id: "boundaries-line", type: "line", source: "boundaries", paint: { "line-color": "#b3261e", "line-width": 2.6, "line-dasharray": [3, 1.5] } },
    {
      id: "boundaries-text", type: "symbol", source: "boundaries",
      layout: { ...FONT, "symbol-placement": "line", "text-field": ["get", "name"] }, paint: { ...halo, "text-color": "#8c1d18" },
    },
    { id: "tracks-casing", type: "line", source: "tracks", paint: { "line-color": "#ffffff", "line-width": 4, "line-opacity": 0.8 } },
    { id: "tracks-line", type: "line", source: "tracks", paint: { "line-color": "#0077ff", "line-width": 2 } },
    { id: "phones-line", type: "line", source: "phones", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": "#c4008f", "line-width": 2, "line-dasharray": [2, 1.2] } },
    {
      id: "phones-dot", type: "circle", source: "phones", filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 7, "circle-color": ["case", ["get", "old"], "#8a8a8a", "#c4008f"], "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 },
    },
    {
      id: "phones-text", type: "symbol", source: "phones", filter: ["==", ["geometry-type"], "Point"],
      layout: { ...FONT, "text-field": ["get", "label"], "text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": 1 }, paint: halo,
    },
    { id: "proposed-casing", type: "line", source: "proposed", paint: { "line-color": "#ffffff", "line-width": 4, "line-opacity": 0.8 } },
    { id: "proposed-line", type: "line", source: "proposed", paint: { "line-color": "#7a1fa2", "line-width": 1.8 } },
    {
      id: "proposed-text", type: "symbol", source: "proposed", filter: ["==", ["geometry-type"], "Point"],
      layout: { ...FONT, "text-field": ["get", "label"] }, paint: { ...halo, "text-color": "#4a1263" },
    },
    {
      id: "segments-text", type: "symbol", source: "segments", filter: ["==", ["geometry-type"], "Point"],
      layout: { ...FONT, "text-size": 13, "text-field": ["get", "label"], "text-allow-overlap": false }, paint: halo,
    },
    {
      id: "points-dot", type: "circle", source: "points",
      paint: {
        "circle-radius": ["match", ["get", "kind"], ["ipp", "find"], 8, 6], "circle-stroke-color": "#ffffff", "circle-stroke-width": 2,
        "circle-color": ["match", ["get", "kind"], "ipp", "#c1121f", ["pls", "lkp"], "#e85d04", "clue", "#7b2cbf", "photograph", "#b5179e", "find", "#0b7a3b", "base", "#10161b", "#0a6c74"],
      },
    },
    {
      id: "points-text", type: "symbol", source: "points",
      layout: {
        ...FONT, "text-field": ["get", "label"], "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.9,
        "symbol-sort-key": ["match", ["get", "kind"], ["ipp", "find"], 0, ["pls", "lkp"], 1, 2],
      },
      paint: halo,
    },
    {
      id: "grid-text", type: "symbol", source: "grid", filter: ["!=", ["get", "role"], "line"],
      layout: {
        ...FONT, "text-size": ["match", ["get", "role"], "square", 15, 11], "text-field": ["get", "label"],
        "text-anchor": ["match", ["get", "role"], "x", "bottom", "y", "left", "center"], "text-offset": ["match", ["get", "role"], "x", ["literal", [0, -2.6]], "y", ["literal", [3.6, 0]], ["literal", [0, 0]]],
        "text-allow-overlap": true,
      },
      paint: { ...halo, "text-color": "#0b3d91" },
    },
    { id: "measure-fill", type: "fill", source: "measure", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#0b5c8a", "fill-opacity": 0.12 } },
    { id: "measure-casing", type: "line", source: "measure", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": "#ffffff", "line-width": 5, "line-opacity": 0.9 } },
    { id: "measure-line", type: "line", source: "measure", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": "#0b5c8a", "line-width": 2.4 } },
    {
      id: "measure-dot", type: "circle", source: "measure", filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": ["match", ["get", "role"], "corner", 5, 7], "circle-color": ["match", ["get", "role"], "corner", "#ffffff", "eye", "#ffb703", "#0b5c8a"], "circle-stroke-color": "#0b5c8a", "circle-stroke-width": 2.5 },
    },
    {
      id: "measure-text", type: "symbol", source: "measure", filter: ["all", ["==", ["geometry-type"], "Point"], ["has", "label"]],
      layout: { ...FONT, "text-field": ["get", "label"], "text-anchor": "bottom", "text-offset": [0, -0.8] }, paint: { ...halo, "text-color": "#083f60" },
    },
    { id: "spot-ring", type: "circle", source: "spot", paint: { "circle-radius": 8, "circle-opacity": 0, "circle-stroke-color": "#10161b", "circle-stroke-width": 5 } },
    { id: "spot-inner", type: "circle", source: "spot", paint: { "circle-radius": 8, "circle-opacity": 0, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } },
    {
      id: "marks-ring", type: "circle", source: "marks",
      paint: { "circle-radius": 9, "circle-opacity": 0, "circle-stroke-color": "#c2410c", "circle-stroke-width": 3 },
    },
    {
      id: "marks-text", type: "symbol", source: "marks",
      layout: { ...FONT, "text-field": ["get", "label"], "text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": 1.1 },
      paint: { ...halo, "text-color": "#7a2808" },
    },
  ];
}
