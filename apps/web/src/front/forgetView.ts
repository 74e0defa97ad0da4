/** What may be forgotten of a federation in this browser, and what was, in words. Pure. */
import { plural } from "../lib/format.ts";
import type { ForgettablePart, Forgotten } from "../services/appServices.ts";

/** What each part is, and what is lost with it. */
export const PARTS: readonly { readonly part: ForgettablePart; readonly label: string; readonly lost: string }[] = [
  {
    part: "rows",
    label: "Your rows",
    lost: "The copies that this browser made to train on. Your file stays where it is. Without them the adapters can no longer be tried here, nor measured.",
  },
  {
    part: "adapters",
    label: "Your adapters",
    lost: "What you learned: personal, shared and fused. Nobody else has your personal and fused ones; download them first if you want to keep them.",
  },
  {
    part: "ledger",
    label: "The list of what left",
    lost: "With it nobody can check any more what this browser sent.",
  },
  {
    part: "identity",
    label: "Who you were, the way back and the figures",
    lost: "This browser finds the federation no more, and cannot come back as this client.",
  },
];

/** "Forgotten of Ward notes: 160 rows, your adapters." */
export function forgottenWords(name: string, { rows, adapters, entries, identity }: Forgotten): string {
  const parts = [
    ...(rows > 0 ? [plural(rows, "row")] : []),
    ...(adapters ? ["your adapters"] : []),
    ...(entries > 0 ? [`the list of what left, ${entries === 1 ? "1 entry" : `${entries} entries`}`] : []),
    ...(identity ? ["who you were, and the way back"] : []),
  ];
  const what = parts.length === 0 ? "There was nothing of it here" : `Forgotten in this browser: ${parts.join(", ")}`;
  return `${name}: ${what}. What was sent before is with the others, and what these rows have spent of an epsilon stays counted.`;
}
