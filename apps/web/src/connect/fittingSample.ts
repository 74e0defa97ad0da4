import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { SAMPLES, type SampleId } from "@duet/lora-core/scenarios/samples";

export interface FittingSample {
  readonly id: SampleId;
  readonly federationId: string;
  /** The first share that no client has. */
  readonly share: number;
}

/** The built-in sample whose labels are this federation's; null when none fits. */
export function fittingSample({ federationId, config, clients }: Snapshot): FittingSample | null {
  const { task } = config;
  if (task.kind !== "label") return null;
  const wanted = [...task.labels].sort().join("\n");
  const fitting = Object.values(SAMPLES).find(({ labels }) => [...labels].sort().join("\n") === wanted);
  return fitting ? { id: fitting.id, federationId, share: clients.length } : null;
}
