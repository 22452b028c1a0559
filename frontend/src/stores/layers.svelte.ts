/** Which layers of the map are shown, and how strongly; kept in this browser, for every case. */

export const LAYER_NAMES = [
  "imagery", "landcover", "hillshade", "poa", "contours", "roads", "trails", "water", "other_lines", "grid",
  "regions", "segments", "proposed", "levels", "boundaries", "tracks", "phones", "points", "marks",
] as const;
export type LayerName = (typeof LAYER_NAMES)[number];

export interface Choice {
  isShown: boolean;
  /** 0 to 1. */
  opacity: number;
}

const USUAL: Partial<Record<LayerName, Partial<Choice>>> = {
  hillshade: { opacity: 0.85 }, poa: { opacity: 0.7 }, landcover: { isShown: false, opacity: 0.6 }, grid: { isShown: false },
};
const PLACE = "wayhome.layers";

const usual = (name: LayerName): Choice => ({ isShown: true, opacity: 1, ...USUAL[name] });

class Layers {
  of: Record<LayerName, Choice> = $state(Object.fromEntries(LAYER_NAMES.map((name) => [name, usual(name)])) as Record<LayerName, Choice>);

  constructor() {
    try {
      const held = JSON.parse(localStorage.getItem(PLACE) ?? "{}") as Record<string, Partial<Record<keyof Choice, unknown>> | undefined>;
      for (const name of LAYER_NAMES) {
        const { isShown, opacity } = held[name] ?? {};
        if (typeof isShown === "boolean") this.of[name].isShown = isShown;
        if (typeof opacity === "number" && opacity >= 0 && opacity <= 1) this.of[name].opacity = opacity;
      }
    } catch {
      // a browser that refuses storage, or another program's text: the usual is right
    }
  }

  change(name: LayerName, change: Partial<Choice>): void {
    Object.assign(this.of[name], change);
    this.#keep();
  }

  reset(): void {
    for (const name of LAYER_NAMES) Object.assign(this.of[name], usual(name));
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(PLACE, JSON.stringify(this.of));
    } catch {
      // kept until the page is closed
    }
  }
}

export const layers = new Layers();
