/** What people read, in their language. English in the source is the key; each language has a catalogue in `words/`. */

import { prefs, type Language } from "../stores/prefs.svelte";
import de from "../words/de.json";

/** A text, or one text for each plural form that the language has (Intl.PluralRules). */
export type Catalogue = Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>;
export type Values = Record<string, string | number>;

export const CATALOGUES: Record<Exclude<Language, "en">, Catalogue> = { de };

/** A sentence in the reader's language; `{name}` stands for a value. Reads the preference, so a page changes with it. */
export function t(english: string, values?: Values): string {
  const found = prefs.language === "en" ? undefined : CATALOGUES[prefs.language][english];
  return filled(typeof found === "string" ? found : english, values);
}

/** A sentence about a number of things: `many(3, "{n} clue", "{n} clues")`. The second form is the catalogue's key. */
export function many(n: number, one: string, other: string, values?: Values): string {
  const rule = new Intl.PluralRules(prefs.language).select(n);
  const found = prefs.language === "en" ? undefined : CATALOGUES[prefs.language][other];
  const form = typeof found === "object" ? (found[rule] ?? found.other) : found;
  return filled(form ?? (n === 1 ? one : other), { n, ...values });
}

function filled(text: string, values?: Values): string {
  return values === undefined ? text : text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
