import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { withWords } from "../lib/language.ts";
import { words } from "./words.ts";

/** A part of a page whose code and words are fetched when it is first shown, inside Suspense. When that fails, it says so in its place. */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: await withWords(load).catch((): ComponentType<Props> => MissingPart) }));
}

function MissingPart() {
  return <p role="alert">{words.lazyPart.missing}</p>;
}
