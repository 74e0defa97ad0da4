/** This tab's own state in words. Pure. */

import { isTakingPart, type SessionStage, type SessionState } from "@duet/client/sessionState";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Progress } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { comparable, isChosen, type PerAdapter } from "../../lib/adapters.ts";
import { type AgainState, againForSmallDevices } from "../../lib/federation/again.ts";
import { inForceText } from "../../lib/figuresWords.ts";
import { formatBytes, formatDuration, formatLoss, formatRate } from "../../lib/format.ts";
import { formatNumber } from "../../lib/numbers.ts";
import { roundLabel } from "../../lib/roundWords.ts";
import { words as common } from "../../lib/words.ts";
import { exitText, phaseNote, sessionNote } from "../told/toldText.ts";
import { words } from "./words.ts";

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

const STEPS = ["data", "model", "join", "train", "finish"] as const;

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
  failed: 3,
};
/** It failed before it was one of the clients. */
const STEPS_DONE_BEFORE_JOINING = 1;

export function myTabView(state: SessionState, snapshot: Snapshot): MyTabView {
  const { stage } = state;
  const said = state.notes.map(sessionNote);
  const done = stage.kind === "failed" && state.clientId === null ? STEPS_DONE_BEFORE_JOINING : STEPS_DONE[stage.kind];
  return {
    checklist: STEPS.map((step, index) => ({
      label: words.myTabView[step],
      state: index < done ? "done" : index === done ? "current" : "ahead",
    })),
    canLeave: isTakingPart(state),
    note: said.at(-1) ?? null,
    earlierNotes: said.slice(0, -1).toReversed(),
    ...wordsFor(stage, snapshot),
  };
}

/** How a tab goes on after a failure. */
export interface WaysOut {
  /** A new client connects its data again; one that is known comes back by itself. Either way with a new worker. */
  readonly again: "joinAgain" | "tryAgain";
  /** May help a start that stood still. */
  readonly hasOneThread: boolean;
  /** The federation once more, for devices with less memory, where that was short; null where it cannot help. */
  readonly smaller: AgainState | null;
  /** What it trains, or started from, may be at fault: as another client, with other data. */
  readonly hasOtherData: boolean;
}

export function waysOut({ clientId, device, stage }: SessionState, snapshot: Snapshot): WaysOut {
  const code = stage.kind === "failed" ? stage.failure.code : null;
  const isShortOfMemory = code === "OUT_OF_MEMORY";
  return {
    again: clientId === null ? "joinAgain" : "tryAgain",
    hasOneThread: device === null && !isShortOfMemory,
    smaller: isShortOfMemory ? againForSmallDevices(snapshot) : null,
    hasOtherData: clientId !== null && code === "LOSS_NOT_FINITE",
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
  const seenBy = words.myTabView.staysHere(inForceText(config, figures));
  if (!own) return { accuracy: null, words: words.myTabView.accuracyLater, seenBy };
  const { trainLoss, fusion, testRows } = own;
  const accuracy = comparable(own);
  const parts = [
    ...(testRows ? [words.myTabView.onTestRows(testRows)] : []),
    ...(trainLoss === null ? [] : [words.myTabView.trainLoss(formatLoss(trainLoss))]),
    ...(fusion === null || !isChosen(fusion)
      ? []
      : [words.myTabView.weights(formatNumber(fusion.personal, 2), formatNumber(fusion.shared, 2))]),
  ];
  // In a text task no row is right or wrong.
  const isMeasured = Object.values(accuracy).some((value) => value !== null);
  return { accuracy: isMeasured ? accuracy : null, words: parts.join(" · "), seenBy };
}

function wordsFor(stage: SessionStage, snapshot: Snapshot): Pick<MyTabView, "headline" | "detail" | "percent"> {
  const plain = (headline: string, detail = "") => ({ headline, detail, percent: null });
  switch (stage.kind) {
    case "loadingModel": {
      const { receivedBytes, totalBytes } = stage.download;
      const left = secondsLeft(stage);
      const received = formatBytes(receivedBytes);
      const parts = [
        totalBytes === null ? received : words.myTabView.of(received, formatBytes(totalBytes)),
        ...(left === null ? [] : [words.myTabView.left(formatDuration(left))]),
      ];
      return {
        headline: words.myTabView.loading,
        detail: parts.join(" · "),
        percent: totalBytes ? (100 * receivedBytes) / totalBytes : null,
      };
    }
    case "preparing":
      return plain(words.myTabView.preparing, words.myTabView.preparingText);
    case "joining":
      return plain(words.myTabView.joining);
    case "awaitingApproval":
      return plain(words.myTabView.waitingOrganiser, words.myTabView.waitingOrganiserText);
    case "waiting":
      return plain(waitingWords(snapshot), words.myTabView.keepOpen);
    case "working":
      return workingWords(stage.progress, roundLabel(stage.round, snapshot.config.budgets.rounds));
    case "submitting":
      return plain(words.myTabView.sending, roundLabel(stage.round, snapshot.config.budgets.rounds));
    case "summing":
      return plain(words.myTabView.summing, words.myTabView.sumSteps[stage.step]);
    case "finished":
      return plain(words.myTabView.finished, phaseNote(snapshot));
    case "removed":
      return plain(words.myTabView.notTakingPart, exitText(stage));
    case "failed":
      return plain(words.myTabView.stopped);
  }
}

/** At the rate so far; null while that says little. */
function secondsLeft({ download, seconds }: Extract<SessionStage, { kind: "loadingModel" }>): number | null {
  const { receivedBytes, totalBytes } = download;
  if (totalBytes === null || receivedBytes === 0 || seconds < 1) return null;
  return ((totalBytes - receivedBytes) / receivedBytes) * seconds;
}

function waitingWords({ phase, rounds, statistics }: Snapshot): string {
  if (phase === "waiting") return words.myTabView.waitingClients;
  if (phase !== "paused") return words.myTabView.waitingOthers;
  return statistics?.made && rounds.length === 0 ? words.myTabView.pausedToLook : words.myTabView.paused;
}

function workingWords(progress: Progress | null, round: string): Pick<MyTabView, "headline" | "detail" | "percent"> {
  if (!progress) return { headline: words.myTabView.startingRound, detail: round, percent: null };
  const { activity, slot, step, steps, loss, tokensPerSecond } = progress;
  const headline =
    activity === "training" && slot
      ? slot === "alone"
        ? words.myTabView.trainingAlone
        : words.myTabView.trainingSlot(common.adapterNames[slot])
      : words.myTabView.activities[activity];
  if (activity !== "training") return { headline, detail: round, percent: null };
  const parts = [words.myTabView.step(step, steps)];
  if (loss !== null) parts.push(words.myTabView.loss(formatLoss(loss)));
  if (tokensPerSecond > 0) parts.push(formatRate(tokensPerSecond));
  return { headline, detail: parts.join(" · "), percent: steps === 0 ? null : (100 * step) / steps };
}
