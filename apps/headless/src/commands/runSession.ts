/** A session from here to its end, told as it goes. */

import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import type { FederatedSession } from "@duet/client/federatedSession";
import type { FederationFeed } from "@duet/client/federationFeed";
import { SESSION_SENTENCES, SUM_REFUSALS } from "@duet/client/sessionNotes";
import { isTakingPart, type SessionState } from "@duet/client/sessionState";
import { DuetError } from "@duet/lora-core/errors/duetError";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { say } from "@duet/lora-core/sayings/saying";
import { writeAdapters } from "../state/adapterFolders.ts";
import { betterAloneLine } from "../terminal/aloneWords.ts";
import type { Reporter } from "../terminal/reporter.ts";
import { sessionLine } from "../terminal/sessionWords.ts";
import { statisticsLine } from "../terminal/statisticsWords.ts";
import { saidHere } from "../terminal/terminalWords.ts";
import { INTERRUPTED } from "./command.ts";
import { originOf } from "./originOf.ts";

export interface RunningSession {
  readonly session: FederatedSession;
  readonly feed: FederationFeed;
  readonly coordinator: CoordinatorClient;
  readonly config: FederationConfig;
  /** Where the adapters go. */
  readonly out: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

const NOTES = { ...SUM_REFUSALS, ...SESSION_SENTENCES };

/** Time for the step at hand to end, and for what is under way to be kept. */
const STOP_WITHIN_MS = 3_000;

/** The exit code: 0 once the federation has finished and the adapters are written. */
export async function runSession(running: RunningSession): Promise<number> {
  const { session, reporter, signal } = running;
  const ended = untilEnded(running);
  const interrupted = new Promise<"interrupted">((resolve) => {
    if (signal.aborted) resolve("interrupted");
    signal.addEventListener("abort", () => resolve("interrupted"), { once: true });
  });
  const how = await Promise.race([ended, interrupted]);
  if (how === "interrupted") {
    session.close();
    await new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS));
    reporter.event("interrupted", "Interrupted. The state is kept: the same command goes on as the same client.");
    return INTERRUPTED;
  }
  return endOf(running);
}

/** Tells every change until there is nothing more to do. */
function untilEnded({ session, feed, coordinator, reporter }: RunningSession): Promise<void> {
  return new Promise((resolve) => {
    let notes = 0;
    let clientId: string | null = null;
    let isCounted = false;
    const tell = () => {
      const state = session.get();
      for (const note of state.notes.slice(notes)) reporter.event("note", say(NOTES, note));
      notes = state.notes.length;
      if (state.clientId !== null && state.clientId !== clientId && hasJoined(state)) {
        clientId = state.clientId;
        reporter.event("joined", `Joined as ${state.name}.`, { clientId, name: state.name, device: state.device });
      }
      const seen = feed.get();
      if (coordinator.status.get().kind === "lost") {
        reporter.status("The coordinator is out of reach; it is tried again by itself.", { stage: "disconnected" });
      } else if (seen.kind === "live") {
        const line = sessionLine(state, seen.snapshot, Date.now());
        reporter.status(line.text, line.data);
        if (seen.snapshot.statistics?.made && !isCounted && clientId !== null) {
          isCounted = true;
          void tellRows(session, reporter, seen.snapshot, clientId);
        }
      }
      if (isTakingPart(state)) return;
      for (const stop of stops) stop();
      resolve();
    };
    const stops = [session.subscribe(tell), feed.subscribe(tell), coordinator.status.subscribe(tell)];
    tell();
  });
}

/** What this client finds from the sum by itself; an engine that is gone finds nothing. */
async function tellRows(session: FederatedSession, reporter: Reporter, snapshot: Snapshot, clientId: string): Promise<void> {
  const own = await session.engine.rowStatistics().catch(() => null);
  const line = own && statisticsLine(snapshot, clientId, own);
  if (line) reporter.event("rows", line.text, line.data);
}

/** Whether the coordinator has let it in, this time. */
function hasJoined({ stage: { kind } }: SessionState): boolean {
  return kind === "waiting" || kind === "working" || kind === "submitting" || kind === "summing" || kind === "finished";
}

/** @throws {DuetError} for a client that was removed. */
async function endOf({ session, feed, coordinator, config, out, reporter }: RunningSession): Promise<number> {
  const { stage, adapters, own } = session.get();
  if (stage.kind === "failed") {
    const { sentence, nextStep } = saidHere(stage.failure);
    reporter.event("failed", `${sentence} ${nextStep}`, { sentence, nextStep });
    return 1;
  }
  if (stage.kind === "removed") throw new DuetError("JOINING_CLOSED", stage.reason);
  const phase = phaseOf(feed);
  if (!adapters) {
    const sentence = `The federation has ended (${phase}) before this client had finished a round: there is no adapter to write.`;
    reporter.event("failed", `${sentence} Ask the organiser for a new link.`, { phase });
    return 1;
  }
  const written = writeAdapters(out, adapters, await originOf(coordinator, config));
  const accuracy = own && { alone: own.alone?.accuracy ?? null, ...own.accuracy };
  const figures = Object.entries(accuracy ?? {}).flatMap(([kind, value]) =>
    value === null ? [] : `${kind} ${value.toFixed(3)}`,
  );
  if (figures.length > 0)
    reporter.event("accuracy", `Accuracy on ${own?.testRows ?? "all"} of this client's test rows: ${figures.join(", ")}`, {
      accuracy,
    });
  const alone = written.find(({ kind }) => kind === "alone");
  const line = own && alone ? betterAloneLine(own, alone.folder) : null;
  if (line) reporter.event("betterAlone", line.text, line.data);
  const folders = written.map(({ folder }) => folder);
  const text = `${phase === "finished" ? "Finished" : `The federation has ended early (${phase})`}. Adapters: ${folders.join(", ")}`;
  reporter.event(phase === "finished" ? "finished" : "ended", text, { phase, adapters: written });
  return phase === "finished" ? 0 : 1;
}

function phaseOf(feed: FederationFeed): Snapshot["phase"] | "unknown" {
  const seen = feed.get();
  return seen.kind === "live" ? seen.snapshot.phase : "unknown";
}
