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
  const [outcome, setOutcome] = useState<"copied" | "byHand" | null>(null);
  useEffect(() => {
    if (outcome !== "copied") return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () => void copyText(value).then((isCopied) => setOutcome(isCopied ? "copied" : "byHand"));
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
