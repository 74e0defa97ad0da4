/** Why a client takes part no more although its federation goes on. */
export const EXITS = {
  left: "You left this federation.",
  removed: "The organiser removed this client",
  elsewhere: "This client was opened in another tab, which goes on in its place",
  gone: "This client is no longer part of the federation.",
} as const;
export type Exit = keyof typeof EXITS;

export const EXIT_NAMES = ["left", "removed", "elsewhere", "gone"] as const satisfies readonly Exit[];

export const isExit = (value: unknown): value is Exit => typeof value === "string" && Object.hasOwn(EXITS, value);
