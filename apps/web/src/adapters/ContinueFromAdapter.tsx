import { adapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import { type ClientAdapters, readFittingAdapter, startingAdapters } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { Paper } from "@mantine/core";
import { AdapterPicker } from "./AdapterPicker.tsx";

/** What a new client starts from; null is the federation's own start. */
export type Start = Pick<ClientAdapters, "personal" | "shared"> | null;

export interface ContinueFromAdapterProps {
  readonly config: FederationConfig;
  readonly start: Start;
  readonly onStart: (start: Start) => void;
}

/** Lets a client's personal adapter go on from one that was exported before. */
export function ContinueFromAdapter({ config, start, onStart }: ContinueFromAdapterProps) {
  const { rank, alpha } = config.adapter;
  return (
    <Paper className="panel">
      <details>
        <summary>
          Continue from an adapter <span className="muted small">optional</span>
        </summary>
        <p className="muted small">
          Your personal adapter then starts from it. It must have rank {rank}, alpha {alpha} and the federation's targets; one
          from an earlier federation on the same base fits best.
        </p>
        <AdapterPicker
          chosen={start && `rank ${rank}, alpha ${alpha}; your personal adapter starts from it.`}
          onClear={() => onStart(null)}
          onFiles={(files) => {
            const base = federationBase(config.model);
            const personal = readFittingAdapter(files, base, config.adapter);
            onStart(startingAdapters({ initial: null, personal }, adapterLayout(base.linears, config.adapter), config.seed));
          }}
        />
      </details>
    </Paper>
  );
}
