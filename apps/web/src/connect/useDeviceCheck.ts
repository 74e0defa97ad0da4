import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import { explain, type FailureText } from "@duet/lora-core/errors/duetError";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import type { DeviceCheck } from "../services/deviceCheck.ts";
import type { ConnectedData } from "../worker/tabEngine.ts";

export type DeviceCheckState =
  | { readonly kind: "none" }
  /** Null until something comes. */
  | { readonly kind: "checking"; readonly download: DownloadProgress | null }
  | { readonly kind: "checked"; readonly check: DeviceCheck }
  | { readonly kind: "failed"; readonly failure: FailureText };

/** The readiness check of these rows at this rank, started by a person, one at a time; for others there is none yet. */
export function useDeviceCheck(config: FederationConfig, data: ConnectedData | null): readonly [DeviceCheckState, () => void] {
  const services = useServices();
  const [{ of, state }, setState] = useState<{ of: string | null; state: DeviceCheckState }>({
    of: null,
    state: { kind: "none" },
  });
  const rows = data?.rows ?? null;
  const key = `${config.adapter.rank} ${rows}`;
  const start = () => {
    if (rows === null || state.kind === "checking") return;
    const show = (shown: DeviceCheckState) => setState({ of: key, state: shown });
    show({ kind: "checking", download: null });
    services
      .checkDevice(config, rows, (download) => show({ kind: "checking", download }))
      .then(
        (check) => show({ kind: "checked", check }),
        (error: unknown) => show({ kind: "failed", failure: explain(error) }),
      );
  };
  // One of others still has the engine.
  return [of === key || state.kind === "checking" ? state : { kind: "none" }, start];
}
