import { Paper, Tooltip } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import { useKeptFocus } from "../hooks/useKeptFocus.ts";

export interface PanelProps {
  readonly title: ReactNode;
  /** Explains the panel's terms once, on hover or focus. */
  readonly hint?: string;
  /** Why there is nothing to show; in place of the content. */
  readonly instead?: string | null;
  readonly aside?: ReactNode;
  readonly children?: ReactNode;
}

/** One idea, one frame: a region with its title as its name. The focus stays in it when a control of it goes away. */
export function Panel({ title, hint, instead, aside, children }: PanelProps) {
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
      {instead ? <p className="instead">{instead}</p> : children}
    </Paper>
  );
}

/** A small focusable mark that explains a term. */
function Hint({ text }: { readonly text: string }) {
  return (
    <Tooltip label={text}>
      <button type="button" aria-label={text} className="hint">
        <IconInfoCircle size={15} aria-hidden="true" />
      </button>
    </Tooltip>
  );
}
