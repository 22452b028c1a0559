import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "svelte/compiler";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { CATALOGUES } from "../src/lib/say";

const root = fileURLToPath(new URL("../src/", import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((f) => /\.(svelte|ts)$/.test(f) && !f.startsWith("words/")).sort();
const sources = Object.fromEntries(files.map((f) => [f, readFileSync(root + f, "utf8")]));

/** Everything in a file that TypeScript may stand in: a component's script, and what is between its braces. */
function code(file: string): string[] {
  const source = sources[file] ?? "";
  if (!file.endsWith(".svelte")) return [source];
  const found: string[] = [];
  const tree = parse(source, { modern: true });
  if (tree.instance) found.push(source.slice(tree.instance.start, tree.instance.end).replace(/^<script[^>]*>/, "").replace(/<\/script>$/, ""));
  walk(tree.fragment, (node) => {
    if (/(Expression|Literal|Identifier)$/.test(node.type) && typeof node.start === "number" && typeof node.end === "number") found.push(source.slice(node.start, node.end));
  });
  return found;
}

interface Node {
  type: string;
  start?: number;
  end?: number;
  [key: string]: unknown;
}
function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) node.forEach((n) => walk(n, visit));
  else if (typeof node === "object" && node !== null) {
    if (typeof (node as Node).type === "string") visit(node as Node);
    for (const value of Object.values(node)) walk(value, visit);
  }
}

interface Keys {
  keys: Set<string>;
  /** Calls whose words are not written where they are called. */
  unclear: string[];
}

function keysOf(file: string): Keys {
  const out: Keys = { keys: new Set(), unclear: [] };
  const literal = (node: ts.Expression | undefined): string | null => (node && ts.isStringLiteralLike(node) ? node.text : null);
  const look = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && ["t", "many"].includes(node.expression.text)) {
      const isMany = node.expression.text === "many";
      const key = literal(node.arguments[isMany ? 2 : 0]);
      if (key === null || (isMany && literal(node.arguments[1]) === null)) out.unclear.push(`${file}: ${node.getText().slice(0, 80)}`);
      else out.keys.add(key);
    }
    ts.forEachChild(node, look);
  };
  for (const part of code(file)) look(ts.createSourceFile("x.ts", part, ts.ScriptTarget.Latest, true));
  return out;
}

const found = Object.fromEntries(files.map((f) => [f, keysOf(f)]));
const every = new Set(files.flatMap((f) => [...(found[f]?.keys ?? [])]));
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? "").sort();

/** Files whose words are all in the catalogues. What is not here yet still speaks English only, and says so in the README. */
const TRANSLATED = [/^field\//, /^panels\/(phones|area)\//, /^map\/DrawBar\.svelte$/];

test("words are written where they are said", () => {
  expect(files.filter((f) => f !== "lib/say.ts").flatMap((f) => found[f]?.unclear ?? [])).toEqual([]);
  expect(every.size).toBeGreaterThan(100);
});

describe.each(Object.entries(CATALOGUES))("%s", (_, catalogue) => {
  test("nothing is missing and nothing is left over", () => {
    expect([...every].filter((key) => !(key in catalogue)).sort()).toEqual([]);
    expect(Object.keys(catalogue).filter((key) => !every.has(key)).sort()).toEqual([]);
  });
  test("every translation has the same holes", () => {
    const wrong = Object.entries(catalogue).flatMap(([key, value]) =>
      (typeof value === "string" ? [value] : Object.values(value)).filter((v) => JSON.stringify([...new Set(holes(v))]) !== JSON.stringify([...new Set(holes(key))])).map((v) => `${key} -> ${v}`));
    expect(wrong).toEqual([]);
  });
});

const NAMED = ["aria-label", "title", "placeholder", "alt"];

test("what people read in these files is said in their language", () => {
  const bare: string[] = [];
  for (const file of files.filter((f) => f.endsWith(".svelte") && TRANSLATED.some((p) => p.test(f)))) {
    walk(parse(sources[file] ?? "", { modern: true }).fragment, (node) => {
      if (node.type === "Attribute" && NAMED.includes(String(node.name)) && Array.isArray(node.value)) {
        for (const part of node.value as Node[]) if (part.type === "Text" && /\p{L}{2}/u.test(String(part.data))) bare.push(`${file}: ${String(node.name)}="${String(part.data)}"`);
      }
    });
    const strip = (node: unknown): void => {
      if (Array.isArray(node)) node.forEach(strip);
      else if (typeof node === "object" && node !== null) {
        const n = node as Node;
        if (n.type === "Attribute" || n.type === "StyleSheet") return;
        if (n.type === "RegularElement" && ["code", "option"].includes(String(n.name))) return;
        if (n.type === "Text" && /\p{L}{3}/u.test(String(n.data))) bare.push(`${file}: ${String(n.data).trim().slice(0, 60)}`);
        Object.values(n).forEach(strip);
      }
    };
    strip(parse(sources[file] ?? "", { modern: true }).fragment);
  }
  expect(bare).toEqual([]);
});
