/** The ground of the open case and the tracks walked on it; read again when the case says that they changed. */

import { readGround, readTracks, type Ground, type Tracks } from "../api/ground";
import { sentence } from "../api/http";

class GroundStore {
  ground: Ground | null = $state.raw(null);
  tracks: Tracks | null = $state.raw(null);
  error: string | null = $state(null);
  #ground = "";
  #tracks = "";

  /** `layers` and `walked` change when ground or tracks do; nothing is read twice for the same. */
  async want(id: string, layers: string, walked: string, as_of: string | null): Promise<void> {
    const ground = `${id} ${layers}`;
    const tracks = `${id} ${walked} ${as_of ?? ""}`;
    try {
      if (ground !== this.#ground) {
        this.#ground = ground;
        this.ground = null;
        const found = await readGround(id);
        if (ground === this.#ground) this.ground = found;
      }
      if (tracks !== this.#tracks) {
        this.#tracks = tracks;
        this.tracks = null;
        const found = await readTracks(id, as_of);
        if (tracks === this.#tracks) this.tracks = found.tracks;
      }
      this.error = null;
    } catch (error) {
      this.error = sentence(error);
    }
  }
}

export const ground = new GroundStore();
