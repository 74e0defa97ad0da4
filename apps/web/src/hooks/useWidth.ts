import { type RefCallback, useCallback, useState } from "react";
import { flushSync } from "react-dom";

const listeners = new Map<Element, (width: number) => void>();

/** One for all: a page with many charts is laid out once and then drawn once more, before it is seen; asking each for its width would do so within one task. */
let observer: ResizeObserver | undefined;

function watch(element: Element, listener: (width: number) => void): () => void {
  observer ??= new ResizeObserver((entries) =>
    flushSync(() => {
      for (const { target, contentRect } of entries) listeners.get(target)?.(contentRect.width);
    }),
  );
  const watching = observer;
  listeners.set(element, listener);
  watching.observe(element);
  return () => {
    watching.unobserve(element);
    listeners.delete(element);
  };
}

/** How wide an element is, in whole pixels, before it is first seen and whenever that changes; `atFirst` until it is there. */
export function useWidth<E extends Element>(atFirst: number): { readonly ref: RefCallback<E>; readonly width: number } {
  const [width, setWidth] = useState(atFirst);
  // As soon as there is one: it may come long after the component.
  const ref = useCallback<RefCallback<E>>((element) => {
    // Not drawn, as in a closed detail, it has none.
    if (element) return watch(element, (measured) => measured > 0 && setWidth(Math.round(measured)));
  }, []);
  return { ref, width };
}
