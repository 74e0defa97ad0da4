import { type ComponentType, type LazyExoticComponent, lazy } from "react";

/** A part of a page whose code is fetched when it is first shown, inside Suspense. When that fails, it says so in its place. */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: await load().catch((): ComponentType<Props> => MissingPart) }));
}

function MissingPart() {
  return <p role="alert">This part of the page could not be loaded. Check the network and reload the page.</p>;
}
