/** Phones of the open case: who has one, where they are, what they handed in that waits for somebody. */

import { sentence } from "../api/http";
import { readPhones, readTrails, type Board, type Invited, type Trails } from "../api/phones";

class Phones {
  board: Board | null = $state.raw(null);
  trails: Trails | null = $state.raw(null);
  error: string | null = $state(null);
  /** Codes that this page issued: only it ever sees them, and only until it is left. */
  issued: Record<string, Invited> = $state.raw({});
  #asked = 0;

  /** Read where everybody is; null forgets it. */
  async read(id: string | null): Promise<void> {
    const asked = ++this.#asked;
    if (id === null) {
      [this.board, this.trails, this.issued] = [null, null, {}];
      return;
    }
    try {
      const [board, found] = await Promise.all([readPhones(id), readTrails(id)]);
      if (asked === this.#asked) [this.board, this.trails, this.error] = [board, found.trails, null];
    } catch (error) {
      if (asked === this.#asked) this.error = sentence(error);
    }
  }
}

export const phones = new Phones();
