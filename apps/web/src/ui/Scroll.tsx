import type { CSSProperties, ReactNode } from "react";

export interface ScrollProps {
  /** What is in it, for who cannot see it. */
  readonly label: string;
  readonly style?: CSSProperties;
  readonly children: ReactNode;
}

/** Content that may be wider or higher than its place; it can be reached and scrolled by keyboard. */
export function Scroll({ label, style, children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section className="scroll" aria-label={label} tabIndex={0} style={style}>
      {children}
    </section>
  );
}
