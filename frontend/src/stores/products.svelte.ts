/** Computed products of the open case: the last one made, and whether a newer one is being computed. */

import { sentence } from "../api/http";
import { readProduct, type Product, type ProductName } from "../api/products";

const AGAIN_MS = 1200;

export class ProductStore<N extends ProductName> {
  made: Product<N> | null = $state.raw(null);
  error: string | null = $state(null);
  isLoading: boolean = $state(false);
  #wanted: { id: string; seq: number; as_of: string | null; at: string | null } | null = $state.raw(null);
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** True until what is shown was made from the entry that the page shows. */
  isComputing: boolean = $derived(this.isLoading || (this.made !== null && this.#wanted !== null && this.made.seq < this.#wanted.seq));

  constructor(readonly name: N) {}

  /** Ask for the product as of an entry; asking twice for the same is free. */
  want(id: string, seq: number, as_of: string | null, at: string | null = null): void {
    const held = this.#wanted;
    if (held !== null && held.id === id && held.seq === seq && held.as_of === as_of && held.at === at) return;
    if (held?.id !== id) this.made = null;
    this.#wanted = { id, seq, as_of, at };
    void this.#read();
  }

  forget(): void {
    this.#abort?.abort();
    clearTimeout(this.#timer);
    this.#wanted = null;
    this.made = null;
    this.error = null;
    this.isLoading = false;
  }

  async #read(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === null) return;
    this.#abort?.abort();
    clearTimeout(this.#timer);
    const abort = (this.#abort = new AbortController());
    this.isLoading = true;
    try {
      const made = await readProduct(wanted.id, this.name, { as_of: wanted.as_of, at: wanted.at }, abort.signal);
      if (abort.signal.aborted) return;
      this.made = made;
      this.error = null;
      if (made.seq < wanted.seq) this.#timer = setTimeout(() => void this.#read(), AGAIN_MS);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.made = null;
      this.error = sentence(error);
    }
    this.isLoading = false;
  }
}

export const poa = new ProductStore("poa");
export const segmentTable = new ProductStore("segments");
export const plan = new ProductStore("plan");
export const wrong = new ProductStore("wrong");
export const reflex = new ProductStore("reflex");
export const departure = new ProductStore("departure");
export const evidenceSheet = new ProductStore("evidence");
export const survival = new ProductStore("survival");
export const inquiries = new ProductStore("inquiries");
/** The map of another hour than the case's own, where somebody asked for one; `poa` stays that of the case. */
export const poaThen = new ProductStore("poa");
