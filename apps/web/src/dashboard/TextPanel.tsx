import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { memo } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { ADAPTERS } from "../lib/adapters.ts";
import { formatFraction } from "../lib/format.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { textView } from "./textView.ts";
import { words } from "./words.ts";

/** In a text task, after the last round: how close to the wanted answers each adapter writes. */
export const TextPanel = memo(function TextPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const view = textView(snapshot);
  if (!view) return null;
  return (
    <Panel title={words.textPanel.whatIsWritten} hint={words.textPanel.hint}>
      <Scroll label={words.textPanel.whatIsWrittenByAdapter}>
        <table className="plain">
          <thead>
            <tr>
              <th aria-label={words.textPanel.figure} />
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
