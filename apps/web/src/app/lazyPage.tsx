import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { withWords } from "../lib/language.ts";
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

/** The coordinator is away, or serves another version of the page by now. */
function MissingPage() {
  return (
    <Shell narrow title={words.lazyPage.notLoaded}>
      <h1>{words.lazyPage.thisPart}</h1>
      <p>{words.lazyPage.checkTheNetwork}</p>
    </Shell>
  );
}
