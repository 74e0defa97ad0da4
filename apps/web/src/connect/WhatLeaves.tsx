import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { Panel } from "../ui/Panel.tsx";
import { leaving } from "./leaving.ts";

/** What a participant agrees to, before joining. */
export function WhatLeaves({ config }: { readonly config: FederationConfig }) {
  const { sent, kept } = leaving(config);
  return (
    <Panel title="What leaves this tab">
      <div className="leaves">
        <Side title="Is sent" lines={sent} />
        <Side title="Never leaves" lines={kept} />
      </div>
    </Panel>
  );
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
