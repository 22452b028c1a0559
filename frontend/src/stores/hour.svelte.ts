/** The hour after the subject was last seen that the map is asked for; null is the case's own. */

/** Walkers are followed so long after they set out: MOVED_AT_MOST_H of planning/inputs.py. */
export const LAST_H = 48;

class Hour {
  chosen: number | null = $state(null);
}

export const hour = new Hour();
