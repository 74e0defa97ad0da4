import type { RankProposal } from "@duet/client/rankProposal";
import { bytesOf } from "@duet/lora-core/protocol/baseModel";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Device } from "@duet/lora-core/protocol/metrics";
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { formatBytes, formatDuration, formatRate, roundedTime } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import type { Readiness } from "./readiness.ts";
import type { DeviceCheckState } from "./useDeviceCheck.ts";
import { words } from "./words.ts";

export interface ReadinessCheckProps {
  readonly config: FederationConfig;
  /** A round has begun before this device came. */
  readonly hasBegun: boolean;
  readonly state: DeviceCheckState;
  /** What the measured speed means here; null before it is measured. */
  readonly ready: Readiness | null;
  /** By memory and link, of the ranks that the federation has; null where a person chose, or all have the same. */
  readonly proposal: RankProposal | null;
  readonly onStart: () => void;
  /** While a session begins, which takes the engine. */
  readonly isDisabled: boolean;
  /** Why a device computes as it does, in the page's language. */
  readonly reasonOf: (device: Device) => string;
}

/** How fast this device learns, and what that means in this federation; asked for, because the base is downloaded for it. */
export function ReadinessCheck(props: ReadinessCheckProps) {
  const { config, hasBegun, state, ready, proposal, onStart, isDisabled, reasonOf } = props;
  const isChecking = state.kind === "checking";
  return (
    <section aria-label={words.readinessCheck.title} style={{ marginTop: 16 }}>
      <h3>{words.readinessCheck.title}</h3>
      <div role="status" style={{ margin: "4px 0 8px" }}>
        {state.kind === "checked" && ready ? (
          <Findings
            {...{ config, hasBegun, ready, proposal }}
            device={state.check.device}
            reason={reasonOf(state.check.device)}
          />
        ) : (
          <p className="muted small" style={{ margin: 0 }}>
            {underWay(state) ?? words.readinessCheck.offer(formatBytes(bytesOf(config.model)))}
          </p>
        )}
      </div>
      {/* One that is disabled would lose the focus. */}
      <Button
        size="xs"
        variant="default"
        onClick={onStart}
        disabled={isDisabled}
        aria-disabled={isChecking}
        {...(isChecking ? { "data-disabled": true } : {})}
      >
        {state.kind === "checked" ? words.readinessCheck.checkAgain : words.readinessCheck.check}
      </Button>
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

interface FindingsProps extends Pick<ReadinessCheckProps, "config" | "hasBegun" | "proposal"> {
  readonly ready: Readiness;
  readonly device: Device;
  readonly reason: string;
}

function Findings({ config, hasBegun, ready, proposal, device, reason }: FindingsProps) {
  const { tokensPerSecond, seconds, longestRound, isInTime } = ready;
  const backend = device.backend === "wasm" ? [device.backend, common.counts.threads(device.threads)] : [device.backend];
  const rounds = common.counts.rounds(config.budgets.rounds);
  return (
    <ul className="plainList checks">
      <Finding what={words.readinessCheck.speed(formatRate(tokensPerSecond), backend.join(common.listing.comma))}>
        {reason}
      </Finding>
      <Finding what={words.readinessCheck.takes(roundedTime(seconds))}>
        {hasBegun ? words.readinessCheck.leftNote : words.readinessCheck.takesNote(rounds)}
      </Finding>
      <Finding what={words.readinessCheck.round(roundedTime(longestRound))} isWarning={!isInTime}>
        {deadlineText(config, isInTime)}
      </Finding>
      {proposal && <Finding what={words.readinessCheck.rank(proposal.rank)}>{rankText(proposal)}</Finding>}
    </ul>
  );
}

function rankText({ why, seconds }: RankProposal): string {
  if (why === "link" && seconds) return words.readinessCheck.rankByLink(roundedTime(seconds.held), roundedTime(seconds.proposed));
  const byMemory = why === "memory" ? words.readinessCheck.rankByMemory : words.readinessCheck.rankHeld;
  return seconds ? common.listing.sentences([byMemory, words.readinessCheck.rankNotByLink]) : byMemory;
}

function deadlineText(
  { work, deadline, roundDeadlineSeconds }: Pick<FederationConfig, "work" | "deadline" | "roundDeadlineSeconds">,
  isInTime: boolean,
): string {
  const most = formatDuration(roundDeadlineSeconds);
  const isMost = deadline === "bySpeed";
  if (!isInTime) return words.readinessCheck.late(most, isMost);
  const inTime = words.readinessCheck.inTime(most, isMost);
  return work === "bySpeed" ? common.listing.sentences([inTime, words.readinessCheck.fewerSteps]) : inTime;
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
