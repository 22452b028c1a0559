/** What was typed into forms and not sent yet: it outlives the form, an error, and a walk to another panel. */

import type { Draft } from "../changes/fields";

class Drafts {
  #held = new Map<string, Draft>();
  #dropped = $state(0);

  /** The draft at a place such as "case record_clue", made blank the first time. */
  at(place: string, blank: () => Draft): Draft {
    void this.#dropped; // whoever shows a draft looks again when one is dropped
    const held = this.#held.get(place);
    if (held !== undefined) return held;
    const made: Draft = $state(blank());
    this.#held.set(place, made);
    return made;
  }

  drop(place: string): void {
    if (this.#held.delete(place)) this.#dropped += 1;
  }
}

export const drafts = new Drafts();
