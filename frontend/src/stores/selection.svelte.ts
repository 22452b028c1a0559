/** The segment that is picked out on the map and in the tables. */

class Selection {
  segment: string | null = $state(null);
}

export const selection = new Selection();
