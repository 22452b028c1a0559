/** The place that somebody clicked on the map, of which panels and cards may tell more. */

import type { Position } from "../api/state";

class Spot {
  at: Position | null = $state(null);
}

export const spot = new Spot();
