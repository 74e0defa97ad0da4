import { useRef } from "react";

/** The previous value for as long as it says the same as JSON: what is derived from it need not be drawn again. */
export function useStable<T>(value: T): T {
  const kept = useRef({ value, text: JSON.stringify(value) });
  const text = JSON.stringify(value);
  if (text !== kept.current.text) kept.current = { value, text };
  return kept.current.value;
}
