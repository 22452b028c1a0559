/** Files into a case, documents and exports out of it. */

import { list, number, orNull, record, text, type Checked } from "../lib/check";
import { address, get, postForm } from "./http";

export const imported = record({
  imported: list(record({ file: text, as: text, what: text, id: orNull(text), caveats: orNull(list(text)) })),
  seq: number,
});
export const documentList = record({
  documents: list(record({ kind: text, title: text, for: orNull(list(text)) })),
});

export type Imported = Checked<typeof imported>;
export type DocumentRow = Checked<typeof documentList>["documents"][number];
export type ImportKind = "auto" | "track" | "segment" | "region" | "boundary" | "organisation" | "photograph";

export const EXPORTS = ["geotiff", "geojson", "gpx", "json"] as const;

export function importFiles(
  id: string, files: readonly File[], kind: ImportKind, about: string, as_user: string | null,
): Promise<Imported> {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  form.append("as", kind);
  form.append("for", about);
  if (as_user !== null) form.append("as_user", as_user);
  return postForm(address(["cases", id, "import"]), form, imported);
}

export const listDocuments = (id: string): Promise<Checked<typeof documentList>> =>
  get(address(["cases", id, "documents"]), documentList);

/** Sizes of a sheet; the empty one is what is usual where the case is. */
export const PAPERS = ["", "a4", "letter"] as const;
export type Sheet = (typeof PAPERS)[number];

export const documentAddress = (
  id: string, kind: string, about: string | null, as_of: string | null, paper: Sheet = "",
): string => address(["cases", id, "documents", `${kind}.pdf`], { for: about, as_of, paper: paper || null });

export const printAllAddress = (id: string, as_of: string | null, paper: Sheet = ""): string =>
  address(["cases", id, "print-all.pdf"], { as_of, paper: paper || null });

/** A copy for the screen, without what the camera wrote; and the original as it came. */
export const thumbnailAddress = (id: string, photograph: string, px: number): string =>
  address(["cases", id, "photographs", `${photograph}.jpg`], { px: String(px) });
export const originalAddress = (id: string, photograph: string): string =>
  address(["cases", id, "photographs", photograph, "original"]);

export const exportAddress = (id: string, format: string, as_of: string | null): string =>
  address(["cases", id, "export", format], { as_of });
