/** A question to whoever is at the map: mark a point, draw a line or an outline. */

import type { Position } from "../api/state";

export type GestureKind = "point" | "line" | "outline";

class Gesture {
  kind: GestureKind | null = $state(null);
  #answer: ((positions: Position[] | null) => void) | null = null;

  /** Resolves with the positions, or null where the person thought better of it. */
  ask(kind: GestureKind): Promise<Position[] | null> {
    this.cancel();
    this.kind = kind;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  finish(positions: Position[]): void {
    this.#end(positions);
  }

  cancel(): void {
    this.#end(null);
  }

  #end(positions: Position[] | null): void {
    const answer = this.#answer;
    this.#answer = null;
    this.kind = null;
    answer?.(positions);
  }
}

export const gesture = new Gesture();
