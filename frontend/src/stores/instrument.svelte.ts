/** The instrument that is out on the map, the line that is measured, and the place that is looked from. */

import type { Position } from "../api/state";
import type { Viewed } from "../api/mapping";

export type InstrumentName = "goto" | "measure" | "look";

class Instrument {
  out: InstrumentName | null = $state(null);
  line: Position[] = $state.raw([]);
  isClosed: boolean = $state(false);
  /** A place of the profile under the pointer, shown on the map. */
  along: Position | null = $state.raw(null);
  from: Position | null = $state.raw(null);
  viewed: Viewed | null = $state.raw(null);

  /** Take it out, or put it away where it is out. */
  take(name: InstrumentName): void {
    this.out = this.out === name ? null : name;
  }

  /** Whether a click on the map is the instrument's. */
  get takesClicks(): boolean {
    return this.out === "measure" || this.out === "look";
  }

  click(position: Position): void {
    if (this.out === "measure") this.add(position);
    else if (this.out === "look") this.from = position;
  }

  add(position: Position): void {
    if (!this.isClosed) this.line = [...this.line, position];
  }

  back(): void {
    if (this.isClosed) this.isClosed = false;
    else this.line = this.line.slice(0, -1);
  }

  clear(): void {
    this.line = [];
    this.isClosed = false;
    this.along = null;
  }

  /** Another case: nothing of the last one stays on its map. */
  forget(): void {
    this.out = null;
    this.clear();
    this.from = null;
    this.viewed = null;
  }
}

export const instrument = new Instrument();
