import { hasCode } from "@duet/lora-core/errors/duetError";
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import type { OrganiserView } from "@duet/lora-core/protocol/organiserView";
import { useEffect, useState } from "react";
import { useServices } from "./ServicesContext.tsx";
import { useStore } from "./useStore.ts";
import { type TaskState, useTask } from "./useTask.ts";

export type ControlAction = RequestInput<"federation:control">["action"];

/** A federation as its organiser has it. */
export interface Organiser {
  /** Null until the coordinator has answered. */
  readonly view: OrganiserView | null;
  readonly task: TaskState;
  send(action: ControlAction): void;
}

/**
 * What the organiser alone sees, where this browser has the organiser's link; null elsewhere. `wake` is asked about again whenever it
 * changes; `name` is remembered with the link. A link that was replaced on another device is forgotten here.
 */
export function useOrganiser(federationId: string, wake: string, name?: string): Organiser | null {
  const { coordinator, storage } = useServices();
  const organiserKey = storage.organiser(federationId)?.organiserKey ?? null;
  const isReady = useStore(coordinator.status).kind === "ready";
  const [view, setView] = useState<OrganiserView | null>(null);
  const [task, start] = useTask();

  const ask = (request: (key: string) => Promise<OrganiserView>) => {
    if (organiserKey === null) return;
    start(async () => {
      try {
        const next = await request(organiserKey);
        const { token } = next.links.organiser;
        const known = storage.organiser(federationId);
        if (known && token !== null) storage.saveOrganiser(federationId, { name: known.name, organiserKey: token });
        setView(next);
      } catch (error) {
        const isNewest = storage.organiser(federationId)?.organiserKey === organiserKey;
        if (isNewest && hasCode(error, "LINK_ENDED")) storage.forgetOrganiser(federationId);
        throw error;
      }
    });
  };

  // At once: whoever leaves the page before the coordinator has answered finds the way back under its name.
  useEffect(() => {
    if (name !== undefined && organiserKey !== null) storage.saveOrganiser(federationId, { name, organiserKey });
  }, [storage, federationId, name, organiserKey]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `ask` changes with every render.
  useEffect(() => {
    if (isReady) ask((key) => coordinator.request("federation:links", { federationId, organiserKey: key }));
  }, [federationId, isReady, wake]);

  if (organiserKey === null && task.kind !== "failed") return null;
  return {
    view: organiserKey === null ? null : view,
    task,
    send: (action) => ask((key) => coordinator.request("federation:control", { federationId, organiserKey: key, action })),
  };
}
