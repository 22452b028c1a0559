/** Live changes of a case: calls back when an entry arrives and when the line is lost or regained. */

import { number, record } from "../lib/check";
import { address } from "./http";
import { presenceList, type Person } from "./presence";

const news = record({ seq: number });
const RETRY_MS = 3000;

export type Line = "live" | "reconnecting";

export interface Listener {
  entry(seq: number): void;
  /** Phones of teams told something: a place, a report. */
  phones(): void;
  presence(people: Person[]): void;
  line(state: Line): void;
}

/** Follow a case until the returned function is called. */
export function follow(id: string, listener: Listener): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function hear(event: MessageEvent<string>): void {
    listener.entry(news(JSON.parse(event.data), "follow").seq);
  }

  function connect(): void {
    source = new EventSource(address(["cases", id, "follow"]));
    source.addEventListener("open", () => listener.line("live"));
    source.addEventListener("hello", hear);
    source.addEventListener("entry", hear);
    source.addEventListener("field", () => listener.phones());
    source.addEventListener("presence", (event: MessageEvent<string>) => listener.presence(presenceList(JSON.parse(event.data), "presence").people));
    source.addEventListener("error", () => {
      listener.line("reconnecting");
      // the browser tries again by itself unless the server refused; then we do
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, RETRY_MS);
    });
  }

  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
