import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { Paper } from "@mantine/core";
import { AdapterPicker } from "../adapters/AdapterPicker.tsx";
import { type InitialAdapter as Initial, initialAdapterOf } from "./initialAdapterOf.ts";
import { words } from "./words.ts";

export interface InitialAdapterProps {
  readonly model: BaseModel;
  readonly initial: Initial | null;
  readonly onChange: (initial: Initial | null) => void;
}

/** Lets a federation go on from an adapter instead of a fresh one; rank, alpha and targets are then that adapter's. */
export function InitialAdapter({ model, initial, onChange }: InitialAdapterProps) {
  const settings = initial?.settings;
  return (
    <Paper className="panel">
      <details>
        <summary>{words.initialAdapter.startFrom(<span className="muted small">{words.initialAdapter.optional}</span>)}</summary>
        <p className="muted small">{words.initialAdapter.explanation}</p>
        <AdapterPicker
          chosen={settings ? words.initialAdapter.fits(settings.rank, settings.alpha, settings.targetModules.join(", ")) : null}
          onClear={() => onChange(null)}
          onFiles={(files) => onChange(initialAdapterOf(files, federationBase(model)))}
        />
      </details>
    </Paper>
  );
}
