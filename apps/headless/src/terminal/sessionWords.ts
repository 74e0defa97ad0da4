/** What a client in this process is doing, in a line for its terminal. Pure. */
import { fractionDone, secondsLeft } from "@duet/client/federationProgress";
import type { SessionStage, SessionState } from "@duet/client/sessionState";
import { awaitedIn } from "@duet/lora-core/protocol/awaited";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { roundLabel } from "@duet/lora-core/schedule/roundLabel";

export interface SessionLine {
  readonly text: string;
  /** The same for programs. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** `now` on the coordinator's clock, ms. */
export function sessionLine({ stage }: SessionState, snapshot: Snapshot, now: number): SessionLine {
  const left = secondsLeft(snapshot, now);
  const text = `${stageWords(stage, snapshot)}${left === null ? "" : ` · about ${durationWords(left)} left`}`;
  const round = "round" in stage ? stage.round : (snapshot.openRound?.round ?? null);
  const progress = stage.kind === "working" ? stage.progress : null;
  return { text, data: { stage: stage.kind, round, progress, secondsLeft: left === null ? null : Math.round(left) } };
}

/** Why nothing is done here at the moment: everybody, and where known what is waited for. */
export function waitingWords({ phase, config, clients, openRound, note }: Snapshot): string {
  const present = clients.filter(({ status }) => status === "present").length;
  if (phase === "waiting") {
    const missing = config.minClients - present;
    return missing > 0
      ? `Waiting for ${missing} more client${missing === 1 ? "" : "s"} to join`
      : "Waiting for the organiser to start";
  }
  if (phase === "paused") return `Paused by the organiser: ${note}`;
  if (!openRound) return `Waiting for the coordinator: ${note}`;
  const open = awaitedIn({ openRound, clients, config });
  const names = open.flatMap((id) => clients.find((client) => client.id === id)?.name ?? []);
  const round = roundLabel(openRound.round, config.budgets.rounds);
  if (config.clientSampling && phase === "collecting" && open.length === 0) return `${round}: others were drawn for it`;
  return names.length === 0 ? `${round}: the coordinator puts it together` : `${round}: waiting for ${names.join(", ")}`;
}

function stageWords(stage: SessionStage, snapshot: Snapshot): string {
  const round = (number: number) => roundLabel(number, snapshot.config.budgets.rounds);
  switch (stage.kind) {
    case "loadingModel":
      return `Loading the base model: ${(stage.download.receivedBytes / 1e6).toFixed(1)} of ${((stage.download.totalBytes ?? 0) / 1e6).toFixed(1)} MB`;
    case "preparing":
      return "Preparing the model and the rows";
    case "joining":
      return "Joining the federation";
    case "awaitingApproval":
      return "Waiting for the organiser to let this client in";
    case "waiting":
      return waitingWords(snapshot);
    case "working":
      return `${round(stage.round)}: ${workingWords(stage.progress)}`;
    case "submitting":
      return `${round(stage.round)}: sending the result`;
    case "summing":
      return `${round(stage.round)}: summing securely, step "${stage.step}"`;
    case "finished":
      return stage.note;
    case "removed":
      return `No longer taking part: ${stage.reason}`;
    case "failed":
      return `Stopped: ${stage.failure.sentence}`;
  }
}

const ACTIVITIES: Readonly<Record<Exclude<Progress["activity"], "training">, string>> = {
  loading: "starting",
  evaluating: "measuring",
  fusing: "finding the fusion weights",
  uploading: "sending the result",
};

function workingWords(progress: Progress | null): string {
  if (!progress) return "starting";
  const { activity, slot, step, steps, loss, tokensPerSecond } = progress;
  if (activity !== "training") return `${ACTIVITIES[activity]}${ofSlot(slot)}`;
  const figures = [
    `step ${step} of ${steps}`,
    ...(loss === null ? [] : [`loss ${loss.toFixed(3)}`]),
    ...(tokensPerSecond > 0 ? [`${Math.round(tokensPerSecond)} tokens/s`] : []),
  ];
  return `training${ofSlot(slot)}, ${figures.join(", ")}`;
}

function ofSlot(slot: Progress["slot"]): string {
  if (slot === "alone") return " alone, for the comparison";
  return slot ? ` the ${slot} adapter` : "";
}

/** 45 s, 3 min, 2 h 5 min. */
export function durationWords(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Where a federation stands, for who looks on. */
export function federationLine(snapshot: Snapshot, now: number): SessionLine {
  const { config, phase, note, openRound, clients } = snapshot;
  const left = secondsLeft(snapshot, now);
  const percent = Math.round(100 * fractionDone(snapshot));
  const present = clients.filter(({ status }) => status === "present").length;
  const stage = openRound ? waitingWords(snapshot) : note;
  const rest = left === null ? "" : ` · about ${durationWords(left)} left`;
  return {
    text: `${config.name} · ${phase} · ${percent} % · ${present} present · ${stage}${rest}`,
    data: { phase, round: openRound?.round ?? null, percent, present, secondsLeft: left === null ? null : Math.round(left) },
  };
}
