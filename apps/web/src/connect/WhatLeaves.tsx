import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { FiguresFor } from "@duet/lora-core/protocol/figures";
import { FiguresChoice } from "../ui/FiguresChoice.tsx";
import { Panel } from "../ui/Panel.tsx";
import { leaving } from "./leaving.ts";
import { words } from "./words.ts";

export interface WhatLeavesProps {
  readonly config: FederationConfig;
  readonly figures: FiguresFor;
  readonly onFigures: (figures: FiguresFor) => void;
}

/** What a participant agrees to, before joining. */
export function WhatLeaves({ config, figures, onFigures }: WhatLeavesProps) {
  const { sent } = leaving(config, figures);
  return (
    <Panel title={words.whatLeaves.title}>
      <FiguresChoice config={config} value={figures} onChange={onFigures} />
      <div className="leaves">
        <Side title={words.whatLeaves.sent} lines={sent} />
        <NeverLeaves config={config} figures={figures} />
      </div>
    </Panel>
  );
}

/** The same words while it runs and at the end. */
export function NeverLeaves({ config, figures }: Pick<WhatLeavesProps, "config" | "figures">) {
  return <Side title={words.whatLeaves.kept} lines={leaving(config, figures).kept} />;
}

function Side({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  return (
    <div>
      <strong>{title}</strong>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
