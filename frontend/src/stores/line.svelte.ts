/** The line to the desk: live or being mended, and the newest entry it told of. */

import { follow, type Line } from "../api/follow";

class LineStore {
  state: Line = $state("reconnecting");
  head: number = $state(0);
  /** Grows whenever phones of teams told something. */
  told: number = $state(0);
  #stop: (() => void) | null = null;

  /** Follow a case (null: none); `onentry` hears of every newer entry. */
  follow(id: string | null, onentry: () => void): void {
    this.#stop?.();
    this.#stop = null;
    this.state = "reconnecting";
    this.head = 0;
    if (id === null) return;
    this.#stop = follow(id, {
      entry: (seq) => {
        const isNews = seq > this.head;
        this.head = Math.max(this.head, seq);
        if (isNews) onentry();
      },
      phones: () => (this.told += 1),
      line: (state) => {
        this.state = state;
      },
    });
  }
}

export const line = new LineStore();
