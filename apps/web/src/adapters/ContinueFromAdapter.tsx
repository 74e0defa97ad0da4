import { readFittingAdapter } from "@duet/lora-core/federation/clientAdapters";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { Paper } from "@mantine/core";
import { AdapterPicker } from "./AdapterPicker.tsx";
import { words } from "./words.ts";

export interface ContinueFromAdapterProps {
  readonly config: FederationConfig;
  /** The chosen one as a blob in the federation's layout; null while none is. */
  readonly personal: Uint8Array | null;
  readonly onChange: (personal: Uint8Array | null) => void;
}

/** Lets a client's personal adapter go on from one that was exported before. */
export function ContinueFromAdapter({ config, personal, onChange }: ContinueFromAdapterProps) {
  const { rank, alpha } = config.adapter;
  return (
    <Paper className="panel">
      <details>
        <summary>
          {words.continueFromAdapter.continueFrom(<span className="muted small">{words.continueFromAdapter.optional}</span>)}
        </summary>
        <p className="muted small">{words.continueFromAdapter.explanation(rank, alpha)}</p>
        <AdapterPicker
          chosen={personal && words.continueFromAdapter.fits(rank, alpha)}
          onClear={() => onChange(null)}
          onFiles={(files) => onChange(readFittingAdapter(files, federationBase(config.model), config.adapter))}
        />
      </details>
    </Paper>
  );
}
