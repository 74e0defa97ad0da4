import { type RefObject, useLayoutEffect, useRef, useState } from "react";
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
export function useWidth<E extends Element>(atFirst: number): { readonly ref: RefObject<E | null>; readonly width: number } {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(atFirst);
  useLayoutEffect(() => {
    if (!ref.current) return;
    // Not drawn, as in a closed detail, it has none.
    return watch(ref.current, (measured) => measured > 0 && setWidth(Math.round(measured)));
  }, []);
  return { ref, width };
}
