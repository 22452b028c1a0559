/** The window that the map shows, and where it is asked to go. */

import type { Position } from "../api/state";
import type { Window } from "../changes/graticule";

class View {
  window: Window | null = $state.raw(null);
  zoom: number = $state(0);
  /** Where the pointer is; null off the map. */
  pointer: Position | null = $state.raw(null);
  #go: ((position: Position, zoom: number | null) => void) | null = null;

  /** The map says how it is moved. */
  lead(go: ((position: Position, zoom: number | null) => void) | null): void {
    this.#go = go;
  }

  goTo(position: Position, zoom: number | null = null): void {
    this.#go?.(position, zoom);
  }
}

export const view = new View();
