import type { CSSProperties, ReactNode } from "react";

export interface ScrollProps {
  /** What is in it, for who cannot see it. */
  readonly label: string;
  readonly style?: CSSProperties;
  /** Told how far down it is, in pixels. */
  readonly onDown?: (top: number) => void;
  readonly children: ReactNode;
}

/** Content that may be wider or higher than its place; it can be reached and scrolled by keyboard. */
export function Scroll({ label, style, onDown, children }: ScrollProps) {
  return (
    <section
      className="scroll"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
      tabIndex={0}
      style={style}
      onScroll={onDown && (({ currentTarget }) => onDown(currentTarget.scrollTop))}
    >
      {children}
    </section>
  );
}
