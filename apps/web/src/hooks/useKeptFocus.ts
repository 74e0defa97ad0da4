import { type FocusEvent, useEffect, useRef } from "react";

/**
 * Props for an element (with `tabIndex` -1) that takes the focus when the control that had it is gone, such as a button that its own
 * press replaced. Otherwise the focus falls to the body, and who uses the keyboard starts over at the top of the page.
 */
export function useKeptFocus<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  const hadFocus = useRef(false);
  // After every render: nothing tells that an element was removed.
  useEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) ref.current?.focus();
  });
  return {
    ref,
    tabIndex: -1,
    onFocus: () => {
      hadFocus.current = true;
    },
    onBlur: ({ relatedTarget, currentTarget }: FocusEvent<T>) => {
      hadFocus.current = relatedTarget instanceof Node && currentTarget.contains(relatedTarget);
    },
  };
}
