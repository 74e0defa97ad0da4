import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { withWords } from "../lib/language.ts";
import { MissingPart } from "../ui/MissingPart.tsx";
import { Shell } from "./Shell.tsx";
import { words } from "./words.ts";

/** A page whose code, words and styles are fetched when it is first shown. When that fails, it says so instead of leaving the screen empty. */
export function lazyPage(load: () => Promise<ComponentType>): LazyExoticComponent<ComponentType> {
  const styled = async () => {
    const [page] = await Promise.all([load(), import("./pages.css")]);
    return page;
  };
  return lazy(async () => ({ default: await withWords(styled).catch(() => MissingPage) }));
}

function MissingPage() {
  return (
    <Shell narrow title={words.lazyPage.notLoaded}>
      <h1>{words.lazyPage.notLoaded}</h1>
      <MissingPart />
    </Shell>
  );
}
