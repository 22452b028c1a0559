/** What was typed into forms and not sent yet: it outlives the form, an error, and a walk to another panel. */

import type { Draft } from "../changes/fields";

class Drafts {
  #held: Record<string, Draft> = $state({});

  /** The draft at a place such as "case record_clue", made blank the first time. */
  at(place: string, blank: () => Draft): Draft {
    this.#held[place] ??= blank();
    return this.#held[place];
  }

  drop(place: string): void {
    delete this.#held[place];
  }
}

export const drafts = new Drafts();
