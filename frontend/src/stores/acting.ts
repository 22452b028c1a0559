/** Acting on the open case: one command, sent as the chosen person against the entry on screen. */

import { doCommand, type Done } from "../api/commands";
import { importFiles, type Imported, type ImportKind } from "../api/files";
import { actor } from "./actor.svelte";
import type { Shape } from "../changes/shapes";
import { casefile } from "./casefile.svelte";

export class NotNow extends Error {}

function openCase(): string {
  if (casefile.id === null) throw new NotNow("No case is open.");
  if (casefile.isPast) throw new NotNow("You are looking at the past; go back to now to change anything.");
  return casefile.id;
}

/** A fresh key: the server carries out an act once, however often the same key arrives. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export async function act(command: string, fields: Record<string, unknown>, key: string = newKey()): Promise<Done> {
  const id = openCase();
  const done = await doCommand(id, command, { fields, expected_seq: casefile.seq, as_user: actor.user, key });
  await casefile.refresh();
  return done;
}

export async function bring(files: readonly File[], kind: ImportKind, about = ""): Promise<Imported> {
  const id = openCase();
  const imported = await importFiles(id, files, kind, about, actor.user);
  await casefile.refresh();
  return imported;
}

/** Draw segments one after the other; `ondrawn` hears of each. The first refusal ends it. */
export async function drawSegments(shapes: readonly Shape[], ondrawn: (shape: Shape) => void): Promise<void> {
  for (const shape of shapes) {
    await act("draw_segment", { name: shape.name, ring: shape.ring, ...(shape.remark ? { remark: shape.remark } : {}) });
    ondrawn(shape);
  }
}
