/** What ground the map of the open case can show; read again when the case says that it changed. */

import { sentence } from "../api/http";
import { readMapFrame, type MapFrame } from "../api/mapping";

class Frame {
  made: MapFrame | null = $state.raw(null);
  error: string | null = $state(null);
  #wanted = "";

  async want(id: string, layers: string): Promise<void> {
    const wanted = `${id} ${layers}`;
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    try {
      const found = await readMapFrame(id);
      if (wanted !== this.#wanted) return;
      this.made = found;
      this.error = null;
    } catch (error) {
      if (wanted !== this.#wanted) return;
      this.#wanted = "";
      this.made = null;
      this.error = sentence(error);
    }
  }
}

export const mapframe = new Frame();
