import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { SAMPLES, type SampleId } from "@duet/lora-core/scenarios/samples";

/** The built-in sample whose labels are this federation's, and the share that the next tab would take; null when none fits. */
export function fittingSample({ config, clients }: Snapshot): { readonly id: SampleId; readonly share: number } | null {
  const { task } = config;
  if (task.kind !== "label") return null;
  const wanted = [...task.labels].sort().join("\n");
  const fitting = Object.values(SAMPLES).find(({ labels }) => [...labels].sort().join("\n") === wanted);
  return fitting ? { id: fitting.id, share: clients.length } : null;
}
