import { Paper, Tooltip } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";

import { useKeptFocus } from "../hooks/useKeptFocus.ts";

export interface PanelProps {
  readonly title: string;
  /** Explains the panel's terms once, on hover or focus. */
  readonly hint?: string;
  /** What the panel will show, and when; shown instead of the content. */
  readonly empty?: string | null;
  readonly aside?: ReactNode;
  readonly children?: ReactNode;
}

/** One idea, one frame: a region with its title as its name. The focus stays in it when a control of it goes away. */
export function Panel({ title, hint, empty, aside, children }: PanelProps) {
  const id = useId();
  return (
    <Paper component="section" className="panel" aria-labelledby={id} {...useKeptFocus<HTMLElement>()}>
      <header>
        <h2 id={id}>{title}</h2>
        <span className="muted small">
          {aside}
          {hint && <Hint text={hint} />}
        </span>
      </header>
      {empty ? <p className="empty">{empty}</p> : children}
    </Paper>
  );
}

/** A small focusable mark that explains a term. */
function Hint({ text }: { readonly text: string }) {
  return (
    <Tooltip label={text}>
      <button type="button" aria-label={text} style={HINT_STYLE}>
        <IconInfoCircle size={15} aria-hidden="true" />
      </button>
    </Tooltip>
  );
}

const HINT_STYLE = {
  border: 0,
  padding: 2,
  marginLeft: 6,
  background: "none",
  color: "inherit",
  cursor: "help",
  verticalAlign: "-2px",
} as const;
