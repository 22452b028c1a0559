/** Who acts at this page, by case. Until there are accounts it is said, not proved. */

const place = (id: string): string => `wayhome.actor.${id}`;

class ActorStore {
  /** A member's id; null is the operator of the desk. */
  user: string | null = $state(null);
  #case: string | null = null;

  enter(id: string): void {
    if (id === this.#case) return;
    this.#case = id;
    this.user = remembered(place(id));
  }

  choose(user: string | null): void {
    this.user = user;
    if (this.#case !== null) remember(place(this.#case), user);
  }
}

// A browser may refuse storage (private windows); the choice then lasts as long as the page.
function remembered(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch (error) {
    if (error instanceof DOMException || error instanceof ReferenceError) return null;
    throw error;
  }
}

function remember(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof ReferenceError)) throw error;
  }
}

export const actor = new ActorStore();
