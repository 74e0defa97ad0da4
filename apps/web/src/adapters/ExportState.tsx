import { Progress } from "@mantine/core";
import type { TaskState } from "../hooks/useTask.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { words } from "./words.ts";

/** How the writing of an adapter's files stands: its share while it runs, why it failed. */
export function ExportState({ state, share }: { readonly state: TaskState; readonly share: number }) {
  if (state.kind === "failed") return <FailureAlert failure={state.failure} />;
  return state.kind === "busy" ? <Progress value={100 * share} size={4} aria-label={words.exportState.written} /> : null;
}
