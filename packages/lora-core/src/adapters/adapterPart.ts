/** Parts of an adapter: what a method trains, keeps or sends by itself. */
import { factorAKey } from "./adapterLayout.ts";

/**
 * `a`, `b`: one factor of every module. `head`: both factors of the last quarter of the adapted modules (at least one), which is
 * where a network specialises; `body`: the others. Label prototypes are what is last of all: they go with `b` and with `head`.
 */
export type AdapterPart = "all" | "a" | "b" | "head" | "body";

/** Modules per head module. */
const HEAD_SHARE = 4;

/** The entries of a layout, or of an adapter's keys with whatever they carry, that belong to a part; their order is kept. */
export function entriesOf<T extends { readonly key: string }>(entries: readonly T[], part: AdapterPart): readonly T[] {
  const isA = ({ key }: T) => key.endsWith(factorAKey(""));
  // Entries come in pairs, A then B of each module, modules in the base's order; prototypes behind them are no pair.
  const modules = Math.floor(entries.length / 2);
  const bodyEntries = 2 * (modules - Math.ceil(modules / HEAD_SHARE));
  switch (part) {
    case "all":
      return entries;
    case "a":
      return entries.filter(isA);
    case "b":
      return entries.filter((entry) => !isA(entry));
    case "head":
      return entries.slice(bodyEntries);
    case "body":
      return entries.slice(0, bodyEntries);
    default:
      return part satisfies never;
  }
}
