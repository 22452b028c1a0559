/** Segments that the ground proposes for the open case and nobody has drawn yet; the map shows them. */

import type { Proposal } from "../api/segments";

class ProposalStore {
  made: Proposal | null = $state.raw(null);
  /** How often something was proposed. */
  times = $state(0);

  propose(made: Proposal): void {
    this.made = made;
    this.times += 1;
  }

  /** One of them is drawn now. */
  drop(name: string): void {
    if (this.made === null) return;
    const segments = this.made.segments.filter((s) => s.name !== name);
    this.made = segments.length ? { ...this.made, segments } : null;
  }
}

export const proposal = new ProposalStore();
