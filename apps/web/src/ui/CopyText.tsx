import { TextInput } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { copyText } from "../lib/copyText.ts";
import { words } from "./words.ts";

export interface CopyTextProps {
  readonly value: string;
  /** The button; `isCopied` for a moment after it was pressed. */
  readonly children: (copying: { readonly isCopied: boolean; readonly copy: () => void }) => ReactNode;
}

const SHOWN_MS = 2_000;

/** A button that copies a text; where the browser does not let it, the text stands beside it, selected. */
export function CopyText({ value, children }: CopyTextProps) {
  /** Of the newest press, and of this text. */
  const [pressed, setPressed] = useState<{ readonly value: string; readonly outcome: "copied" | "byHand" } | null>(null);
  const outcome = pressed?.value === value ? pressed.outcome : null;
  useEffect(() => {
    if (pressed?.outcome !== "copied") return;
    const timer = setTimeout(() => setPressed(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [pressed]);
  const copy = () => void copyText(value).then((isCopied) => setPressed({ value, outcome: isCopied ? "copied" : "byHand" }));
  return (
    <>
      {children({ isCopied: outcome === "copied", copy })}
      {outcome === "byHand" && (
        <TextInput
          label={words.copyText.byHand}
          value={value}
          readOnly
          autoFocus
          onFocus={(event) => event.currentTarget.select()}
          style={{ flex: "1 1 100%" }}
        />
      )}
    </>
  );
}
