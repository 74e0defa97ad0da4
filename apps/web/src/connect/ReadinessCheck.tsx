import { bytesOf } from "@duet/lora-core/protocol/baseModel";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Device } from "@duet/lora-core/protocol/metrics";
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { formatBytes, formatDuration, formatRate, roundedTime } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import type { DeviceCheck } from "../services/deviceCheck.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import type { ConnectedData } from "../worker/tabEngine.ts";
import { readiness } from "./readiness.ts";
import type { DeviceCheckState } from "./useDeviceCheck.ts";
import { words } from "./words.ts";

export interface ReadinessCheckProps {
  readonly config: FederationConfig;
  /** On which it is measured. */
  readonly data: ConnectedData;
  readonly state: DeviceCheckState;
  readonly onStart: () => void;
  /** While a session begins, which takes the engine. */
  readonly isDisabled: boolean;
  /** Why a device computes as it does, in the page's language. */
  readonly reasonOf: (device: Device) => string;
}

/** How fast this device learns, and what that means in this federation; asked for, because the base is downloaded for it. */
export function ReadinessCheck({ config, data, state, onStart, isDisabled, reasonOf }: ReadinessCheckProps) {
  return (
    <section aria-label={words.readinessCheck.title} style={{ marginTop: 16 }}>
      <h3>{words.readinessCheck.title}</h3>
      {state.kind === "checked" ? (
        <Findings config={config} data={data} check={state.check} reason={reasonOf(state.check.device)} />
      ) : (
        <>
          <p className="muted small" style={{ margin: "4px 0 8px" }} role="status">
            {underWay(state) ?? words.readinessCheck.offer(formatBytes(bytesOf(config.model)))}
          </p>
          <Button size="xs" variant="default" onClick={onStart} disabled={isDisabled} loading={state.kind === "checking"}>
            {words.readinessCheck.check}
          </Button>
        </>
      )}
      {state.kind === "failed" && <FailureAlert failure={state.failure} />}
    </section>
  );
}

function underWay(state: DeviceCheckState): string | null {
  if (state.kind !== "checking") return null;
  const { receivedBytes = 0, totalBytes = null } = state.download ?? {};
  return totalBytes !== null && receivedBytes < totalBytes
    ? words.readinessCheck.downloading(formatBytes(receivedBytes), formatBytes(totalBytes))
    : words.readinessCheck.measuring;
}

interface FindingsProps extends Pick<ReadinessCheckProps, "config" | "data"> {
  readonly check: DeviceCheck;
  readonly reason: string;
}

function Findings({ config, data, check, reason }: FindingsProps) {
  const { device } = check;
  const { tokensPerSecond, seconds, longestRound, isInTime } = readiness(config, check, data.parts);
  const backend = device.backend === "wasm" ? [device.backend, common.counts.threads(device.threads)] : [device.backend];
  const rounds = common.counts.rounds(config.budgets.rounds);
  const deadline = formatDuration(config.roundDeadlineSeconds);
  return (
    <ul className="plainList checks">
      <Finding what={words.readinessCheck.speed(formatRate(tokensPerSecond), backend.join(common.listing.comma))}>
        {reason}
      </Finding>
      <Finding what={words.readinessCheck.takes(roundedTime(seconds))}>{words.readinessCheck.takesNote(rounds)}</Finding>
      <Finding what={words.readinessCheck.round(roundedTime(longestRound))} isWarning={!isInTime}>
        {isInTime ? words.readinessCheck.inTime(deadline) : words.readinessCheck.late(deadline)}
      </Finding>
    </ul>
  );
}

function Finding({ what, isWarning = false, children }: { what: ReactNode; isWarning?: boolean; children: string }) {
  const Icon = isWarning ? IconAlertTriangle : IconCheck;
  return (
    <li>
      <Icon size={16} aria-hidden="true" />
      <div>
        {what}
        <p className="muted small">{children}</p>
      </div>
    </li>
  );
}
