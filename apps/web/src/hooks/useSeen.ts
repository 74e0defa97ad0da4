import { startTransition, useEffect, useState } from "react";

/** Whether the page was painted since `isThere`: what is below may come then, so that not all of it is laid out in one task. */
export function useSeen(isThere: boolean): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (!isThere) return;
    let after: ReturnType<typeof setTimeout>;
    // A frame is painted after its callbacks.
    const frame = requestAnimationFrame(() => {
      after = setTimeout(() => startTransition(() => setSeen(true)));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(after);
    };
  }, [isThere]);
  return isThere && isSeen;
}
