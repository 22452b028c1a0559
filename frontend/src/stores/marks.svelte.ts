/** Places that somebody asked to see on the map, such as the ground that a search missed. */

import type { Position } from "../api/state";

export interface Mark {
  label: string;
  position: Position;
}

class Marks {
  /** What they are the places of; null shows none. */
  of: string | null = $state(null);
  list: readonly Mark[] = $state.raw([]);

  /** Show these, or hide them where they are shown. */
  toggle(of: string, list: readonly Mark[]): void {
    const isShown = this.of === of;
    this.of = isShown ? null : of;
    this.list = isShown ? [] : list;
  }

  clear(): void {
    this.of = null;
    this.list = [];
  }
}

export const marks = new Marks();
