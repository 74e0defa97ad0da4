import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { ADAPTERS } from "../lib/adapters.ts";
import { formatFraction } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { textView } from "./textView.ts";

/** In a text task, after the last round: how close to the wanted answers each adapter writes. */
export const TextPanel = memo(function TextPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const view = textView(snapshot);
  if (!view) return null;
  return (
    <Panel
      title="What is written"
      hint="Answers written to test rows at the end, beside the wanted ones. F1 counts the words that both have; ROUGE-L those in the same order."
    >
      <Scroll label="What is written, by adapter">
        <table className="plain">
          <thead>
            <tr>
              <th aria-label="Figure" />
              {ADAPTERS.map(({ key, label }) => (
                <th key={key} className="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.figures.map(({ name, values }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {ADAPTERS.map(({ key }) => (
                  <td key={key} className="number">
                    {formatFraction(values[key])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="small" style={{ margin: "8px 0 0" }}>
        {view.of}
      </p>
    </Panel>
  );
});
