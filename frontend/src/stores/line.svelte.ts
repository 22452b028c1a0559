/** The line to the desk: live or being mended, and the newest entry it told of. */

import { follow, type Line } from "../api/follow";
import { presence } from "./presence.svelte";

class LineStore {
  state: Line = $state("reconnecting");
  head: number = $state(0);
  /** Grows whenever phones of teams told something. */
  told: number = $state(0);
  /** When the line was lost; null while it holds. */
  since: string | null = $state(null);
  /** The newest entry that was known when the line was lost, until somebody has seen that it is back. */
  back: number | null = $state(null);
  #stop: (() => void) | null = null;

  /** Somebody has seen that the line is back. */
  seen(): void {
    this.back = null;
  }

  /** Follow a case (null: none); `onentry` hears of every newer entry. */
  follow(id: string | null, onentry: () => void): void {
    this.#stop?.();
    this.#stop = null;
    this.state = "reconnecting";
    this.head = 0;
    this.since = this.back = null;
    if (id === null) return;
    this.#stop = follow(id, {
      entry: (seq) => {
        const isNews = seq > this.head;
        this.head = Math.max(this.head, seq);
        if (isNews) onentry();
      },
      phones: () => (this.told += 1),
      presence: (people) => (presence.people = people),
      line: (state) => {
        this.state = state;
        if (state === "live") this.since = null;
        else if (this.since === null) {
          this.since = new Date().toISOString();
          this.back ??= this.head;
        }
      },
    });
  }
}

export const line = new LineStore();
