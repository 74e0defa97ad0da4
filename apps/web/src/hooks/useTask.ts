import { explain, type FailureText } from "@duet/lora-core/errors/duetError";
import { useState } from "react";

export type TaskState =
  | { readonly kind: "idle" }
  | { readonly kind: "busy" }
  | { readonly kind: "failed"; readonly failure: FailureText };

/** Something a person starts with a button: busy while it runs, its failure in words when it fails. */
export function useTask(): readonly [TaskState, (run: () => Promise<void>) => void] {
  const [state, setState] = useState<TaskState>({ kind: "idle" });
  const start = (run: () => Promise<void>) => {
    setState({ kind: "busy" });
    run().then(
      () => setState({ kind: "idle" }),
      (error: unknown) => setState({ kind: "failed", failure: explain(error) }),
    );
  };
  return [state, start];
}
