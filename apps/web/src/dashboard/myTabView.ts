/** This tab's own state in words. Pure. */

import { isTakingPart, type SessionStage, type SessionState } from "@duet/client/sessionState";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { ExchangeStep } from "@duet/lora-core/secureAggregation/exchangeStep";
import type { PerAdapter } from "../lib/adapters.ts";
import { inForceText } from "../lib/figuresWords.ts";
import { formatBytes, formatDuration, formatLoss, formatRate, plural } from "../lib/format.ts";
import { roundLabel } from "../lib/roundWords.ts";

export interface ChecklistItem {
  readonly label: string;
  readonly state: "done" | "current" | "ahead";
}

export interface MyTabView {
  readonly checklist: readonly ChecklistItem[];
  readonly headline: string;
  readonly detail: string;
  /** Of the step at hand; null when it cannot be known. */
  readonly percent: number | null;
  readonly canLeave: boolean;
  /** What was last out of the ordinary; null when nothing was. */
  readonly note: string | null;
  /** What was before that, newest first. */
  readonly earlierNotes: readonly string[];
}

const STEPS = ["Data", "Model", "Join", "Train", "Finish"] as const;

/** How many of the steps are behind in each stage. */
const STEPS_DONE: Readonly<Record<SessionStage["kind"], number>> = {
  loadingModel: 1,
  preparing: 1,
  joining: 2,
  awaitingApproval: 2,
  waiting: 3,
  working: 3,
  submitting: 3,
  summing: 3,
  finished: 5,
  removed: 3,
  failed: 1,
};

export function myTabView(state: SessionState, snapshot: Snapshot): MyTabView {
  const { stage, notes } = state;
  const done = STEPS_DONE[stage.kind];
  return {
    checklist: STEPS.map((label, index) => ({ label, state: index < done ? "done" : index === done ? "current" : "ahead" })),
    canLeave: isTakingPart(state),
    note: notes.at(-1) ?? null,
    earlierNotes: notes.slice(0, -1).toReversed(),
    ...wordsFor(stage, snapshot),
  };
}

export interface OwnFiguresView {
  /** Null before the first round. */
  readonly accuracy: PerAdapter | null;
  /** The rest of what was measured. */
  readonly words: string;
  /** Who else sees it. */
  readonly seenBy: string;
}

/** What this tab has measured on its own rows, from its own memory and not from what the coordinator tells. */
export function ownFiguresView({ own, figures }: SessionState, config: Pick<FederationConfig, "training">): OwnFiguresView {
  const seenBy = `This stays here and is shown to you; ${inForceText(config, figures)}.`;
  if (!own) return { accuracy: null, words: "Accuracy of the four adapters on your test rows, after the first round.", seenBy };
  const { accuracy, trainLoss, fusion, testRows } = own;
  const words = [
    ...(testRows ? [`on ${plural(testRows, "test row")}`] : []),
    ...(trainLoss === null ? [] : [`training loss ${formatLoss(trainLoss)}`]),
    ...(fusion === null ? [] : [`fusion weights ${fusion.personal.toFixed(2)} personal, ${fusion.shared.toFixed(2)} shared`]),
  ];
  return { accuracy, words: words.join(" · "), seenBy };
}

function wordsFor(stage: SessionStage, snapshot: Snapshot): Pick<MyTabView, "headline" | "detail" | "percent"> {
  const plain = (headline: string, detail = "") => ({ headline, detail, percent: null });
  switch (stage.kind) {
    case "loadingModel": {
      const { receivedBytes, totalBytes } = stage.download;
      const of = totalBytes === null ? "" : ` of ${formatBytes(totalBytes)}`;
      const left = secondsLeft(stage);
      return {
        headline: "Loading the base model",
        detail: `${formatBytes(receivedBytes)}${of}${left === null ? "" : ` · ${formatDuration(left)} left`}`,
        percent: totalBytes ? (100 * receivedBytes) / totalBytes : null,
      };
    }
    case "preparing":
      return plain("Preparing", "The model is put on the backend and your rows are turned into tokens.");
    case "joining":
      return plain("Joining the federation");
    case "awaitingApproval":
      return plain("Waiting for the organiser", "The organiser has to let you in. Keep this tab open; it goes on by itself.");
    case "waiting":
      return plain(waitingWords(snapshot), "This tab goes on by itself; keep it open.");
    case "working":
      return workingWords(stage.progress, roundLabel(stage.round, snapshot.config.budgets.rounds));
    case "submitting":
      return plain("Sending this round's result", roundLabel(stage.round, snapshot.config.budgets.rounds));
    case "summing":
      return plain("Summing securely", SUM_WORDS[stage.step]);
    case "finished":
      return plain("Finished", stage.note);
    case "removed":
      return plain("No longer taking part", stage.reason);
    case "failed":
      return plain("Stopped");
  }
}

/** At the rate so far; null while that says little. */
function secondsLeft({ download, seconds }: Extract<SessionStage, { kind: "loadingModel" }>): number | null {
  const { receivedBytes, totalBytes } = download;
  if (totalBytes === null || receivedBytes === 0 || seconds < 1) return null;
  return ((totalBytes - receivedBytes) / receivedBytes) * seconds;
}

const waitingWords = ({ phase }: Snapshot): string =>
  phase === "waiting" ? "Waiting for other clients" : phase === "paused" ? "Paused by the organiser" : "Waiting for the others";

const SUM_WORDS: Readonly<Record<ExchangeStep, string>> = {
  keys: "Fresh keys are exchanged, with which the updates will be hidden.",
  shares: "Shares of the keys go to the other tabs, encrypted, in case that this one vanishes.",
  input: "Your update is sent under masks that only the sum of all takes off.",
  agree: "The tabs make sure that all speak of the same sum.",
  unmask: "The masks are taken off the sum, and off nothing else.",
};

const ACTIVITIES: Readonly<Record<Progress["activity"], string>> = {
  loading: "Starting the round",
  training: "Training",
  evaluating: "Measuring on your test rows",
  fusing: "Finding the fusion weights",
  uploading: "Sending this round's result",
};

function workingWords(progress: Progress | null, round: string): Pick<MyTabView, "headline" | "detail" | "percent"> {
  if (!progress) return { headline: "Starting the round", detail: round, percent: null };
  const { activity, slot, step, steps, loss, tokensPerSecond } = progress;
  const headline = activity === "training" && slot ? `Training the ${slot} adapter` : ACTIVITIES[activity];
  if (activity !== "training") return { headline, detail: round, percent: null };
  const parts = [`step ${step} of ${steps}`];
  if (loss !== null) parts.push(`loss ${formatLoss(loss)}`);
  if (tokensPerSecond > 0) parts.push(formatRate(tokensPerSecond));
  return { headline, detail: parts.join(" · "), percent: steps === 0 ? null : (100 * step) / steps };
}
