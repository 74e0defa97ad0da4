import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { withWords } from "../lib/language.ts";
import { MissingPart } from "./MissingPart.tsx";

/** A part of a page whose code and words are fetched when it is first shown, inside Suspense. When that fails, it says so in its place. */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: await withWords(load).catch((): ComponentType<Props> => MissingPart) }));
}
