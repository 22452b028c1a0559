/** What one person at one browser prefers; kept in the browser, told to nobody. */

export type Language = "en" | "de";
export type Units = "metric" | "imperial";
export type Clock = "case" | "here" | "utc";
export type Theme = "system" | "light" | "dark";
export type Hand = "right" | "left";
/** How places are read: squares of MGRS (USNG), UTM, or latitude and longitude. */
export type GridName = "mgrs" | "utm" | "degrees";

interface Held {
  language: Language;
  units: Units;
  clock: Clock;
  theme: Theme;
  hand: Hand;
  grid: GridName;
  /** Right-to-left on purpose, to try a layout; a language that is written so sets it by itself. */
  mirrored: boolean;
}

const PLACE = "wayhome.prefs";

class Prefs implements Held {
  language: Language = $state("en");
  units: Units = $state("metric");
  clock: Clock = $state("case");
  theme: Theme = $state("system");
  hand: Hand = $state("right");
  grid: GridName = $state("mgrs");
  mirrored: boolean = $state(false);

  /** Take what was chosen before; a browser that keeps nothing starts with the usual. */
  load(): void {
    try {
      const held = JSON.parse(localStorage.getItem(PLACE) ?? "{}") as Partial<Record<keyof Held, unknown>>;
      this.language = held.language === "de" ? "de" : held.language === "en" ? "en" : navigator.language.startsWith("de") ? "de" : "en";
      this.units = held.units === "imperial" ? "imperial" : "metric";
      this.clock = held.clock === "here" || held.clock === "utc" ? held.clock : "case";
      this.theme = held.theme === "light" || held.theme === "dark" ? held.theme : "system";
      this.hand = held.hand === "left" ? "left" : "right";
      this.grid = held.grid === "utm" || held.grid === "degrees" ? held.grid : "mgrs";
      this.mirrored = held.mirrored === true;
    } catch {
      // a browser that refuses storage, or another program's text: the usual is right
    }
  }

  keep(): void {
    const { language, units, clock, theme, hand, grid, mirrored } = this;
    try {
      localStorage.setItem(PLACE, JSON.stringify({ language, units, clock, theme, hand, grid, mirrored }));
    } catch {
      // kept until the page is closed
    }
  }
}

export const prefs = new Prefs();
