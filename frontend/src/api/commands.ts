/** Commands: what can be asked of a case, and asking it. Fields go as text, as people type them. */

import { anything, list, number, orNull, record, table, text, type Check, type Checked } from "../lib/check";
import { address, get, post } from "./http";

/** The part of JSON Schema that command.py writes. */
export interface Schema {
  type: string[];
  description: string | null;
  format: string | null;
  examples: string[];
  choices: string[];
  items: Schema | null;
  properties: Record<string, Schema>;
  required: string[];
  values: Schema | null;
}

const type: Check<string[]> = (value, path) => (Array.isArray(value) ? list(text)(value, path) : [text(value, path)]);

export const schema: Check<Schema> = (value, path) => {
  const raw = record({
    type, description: orNull(text), format: orNull(text), examples: orNull(list(text)), enum: orNull(list(text)),
    items: orNull(anything), properties: orNull(table(anything)), required: orNull(list(text)),
    additionalProperties: orNull(anything),
  })(value, path);
  const inner = raw.additionalProperties;
  return {
    type: raw.type,
    description: raw.description,
    format: raw.format,
    examples: raw.examples ?? [],
    choices: raw.enum ?? [],
    items: raw.items === null ? null : schema(raw.items, `${path}.items`),
    properties: table(schema)(raw.properties ?? {}, `${path}.properties`),
    required: raw.required ?? [],
    values: typeof inner === "object" && inner !== null ? schema(inner, `${path}.additionalProperties`) : null,
  };
};

const command = record({ name: text, summary: text, needs: text, schema });
export const commandList = record({ commands: list(command) });
export const done = record({
  seq: number, events: list(record({ type: text, data: table(anything) })), opened: orNull(text),
});

export type Command = Checked<typeof command>;
export type Done = Checked<typeof done>;

/** An act: `expected_seq` is the entry the person was looking at, `key` makes a repeated sending harmless. */
export interface Act {
  fields: Record<string, unknown>;
  expected_seq: number | null;
  as_user: string | null;
  key: string | null;
}

export const listCommands = (): Promise<Checked<typeof commandList>> => get(address(["commands"]), commandList);

export const doCommand = (id: string, name: string, act: Act): Promise<Done> =>
  post(address(["cases", id, "do", name]), act, done);
