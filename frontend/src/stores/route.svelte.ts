/** Where the page is; the address bar holds it, so that back, forward and bookmarks work. */

import { HOME, parseRoute, writeRoute, type Route } from "../changes/route";

class RouteStore {
  now: Route = $state.raw(HOME);

  /** Read the address bar from here on. */
  start(): void {
    const read = (): void => {
      this.now = parseRoute(location.hash);
    };
    window.addEventListener("hashchange", read);
    read();
  }

  go(changes: Partial<Route>): void {
    location.hash = this.link(changes);
  }

  /** The address of a place near this one; another panel opens no form unless told to. */
  link(changes: Partial<Route>): string {
    return writeRoute({ ...this.now, act: null, about: null, ...changes });
  }
}

export const route = new RouteStore();
