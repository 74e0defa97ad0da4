import { useMemo, useState } from "react";
import { useServices } from "./ServicesContext.tsx";

export interface UsesAlone {
  readonly usesAlone: boolean;
  readonly onUse: (usesAlone: boolean) => void;
}

/** Whether the person uses what this client learned alone in place of what the method serves: chosen on the result's page, kept in this browser. */
export function useUsesAlone(federationId: string): UsesAlone {
  const { storage } = useServices();
  const kept = useMemo(() => storage.usesAlone(federationId), [storage, federationId]);
  const [chosen, setChosen] = useState<{ readonly federationId: string; readonly usesAlone: boolean } | null>(null);
  return {
    usesAlone: chosen?.federationId === federationId ? chosen.usesAlone : kept,
    onUse(usesAlone) {
      storage.saveUsesAlone(federationId, usesAlone);
      setChosen({ federationId, usesAlone });
    },
  };
}
