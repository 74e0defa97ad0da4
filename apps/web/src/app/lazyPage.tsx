import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { Shell } from "./Shell.tsx";

/** A page whose code is fetched when it is first shown. When that fails, it says so instead of leaving the screen empty. */
export function lazyPage(load: () => Promise<ComponentType>): LazyExoticComponent<ComponentType> {
  return lazy(async () => ({ default: await load().catch(() => MissingPage) }));
}

/** The coordinator is away, or serves another version of the page by now. */
function MissingPage() {
  return (
    <Shell narrow title="Not loaded">
      <h1>This part of the page could not be loaded</h1>
      <p>Check the network and reload this page; the coordinator may serve a newer version by now.</p>
    </Shell>
  );
}
