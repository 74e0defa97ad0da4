import { type ComponentType, lazy, Suspense } from "react";

/** A part of a page whose code is fetched when it is first shown. When that fails, it says so in its place. */
export function lazyPart<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Part = lazy(async () => ({ default: await load().catch((): ComponentType<Props> => MissingPart) }));
  return function LazyPart(props: Props) {
    return (
      <Suspense fallback={null}>
        <Part {...props} />
      </Suspense>
    );
  };
}

function MissingPart() {
  return <p role="alert">This part of the page could not be loaded. Check the network and reload the page.</p>;
}
