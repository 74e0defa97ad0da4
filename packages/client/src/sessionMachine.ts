/**
 * A client of one federation as a state machine: what happened comes in, the next state and what is to be done come out. Pure, so that
 * every order of events can be tried. {@link startFederatedSession} does what it says and reports back; each piece of work that it
 * begins ends in exactly one event, and an event about work that is no longer wanted changes nothing.
 */
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { KeptClient, RoundBeginning, RoundKey } from "@duet/lora-core/contract/clientRound";
import type { SumRequest } from "@duet/lora-core/contract/secureSum";
import type { FailureText } from "@duet/lora-core/errors/duetError";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import { EXITS, type Exit } from "@duet/lora-core/protocol/exits";
import type { FiguresFor } from "@duet/lora-core/protocol/figures";
import type { BackendName, Device, Progress, SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { Told } from "@duet/lora-core/sayings/saying";
import type { RoundPlan } from "@duet/lora-core/strategies/strategy";
import type { KeptRound } from "./clientEngine.ts";
import { keptAdapters } from "./keptAdapters.ts";
import { catchesUpWith, counts, mayBeTaken, nextAction, type Standing, sameRound, sameStep, standingOf } from "./nextAction.ts";
import { beginningNote, leftOutNote, type SessionSaying, surroundingsNote } from "./sessionNotes.ts";
import { ownFigures, type SessionStage, type SessionState } from "./sessionState.ts";
import type { SurroundingsChange } from "./surroundings.ts";

export interface SessionMachine {
  /** What everyone is shown. */
  readonly view: SessionState;
  /** The base is being opened and the rows bound, both are ready for rounds, or it is over for good. */
  readonly engine: "opening" | "ready" | "ended";
  /** Whether the coordinator knows this connection as this client. */
  readonly membership: "none" | "joining" | "joined";
  readonly snapshot: Snapshot | null;
  /** The round being worked on or submitted. */
  readonly doing: RoundKey | null;
  readonly standing: Standing | null;
  /** The step of a secure sum that it answers, has answered, or will not answer. */
  readonly summing: ExchangeKey | null;
  /** Nothing is begun until a moment has passed: the newest snapshot is known to be outdated. */
  readonly resting: boolean;
  /** When the page was hidden, ms; null while it is shown. */
  readonly hiddenAt: number | null;
  /** The round that it was in as its device fell asleep, until it is known what became of it. */
  readonly sleptIn: RoundKey | null;
}

export type SessionEvent =
  | { readonly kind: "downloaded"; readonly progress: DownloadProgress; readonly seconds: number }
  | {
      readonly kind: "opened";
      readonly device: Device;
      readonly modelKept: boolean;
      readonly samples: SampleCounts;
      readonly kept: KeptClient;
    }
  /** What computes as this client is not what it was. */
  | { readonly kind: "recounted"; readonly device: Device; readonly samples: SampleCounts }
  | { readonly kind: "connected" }
  /** The coordinator answered that the organiser has to admit it. */
  | { readonly kind: "asked" }
  /** The coordinator has too much to do, and is asked again then. */
  | { readonly kind: "putOff"; readonly seconds: number }
  | { readonly kind: "disconnected" }
  | { readonly kind: "joined"; readonly clientId: string; readonly snapshot: Snapshot }
  | { readonly kind: "kept"; readonly isKept: boolean }
  | { readonly kind: "seen"; readonly snapshot: Snapshot }
  | { readonly kind: "began"; readonly key: RoundKey; readonly beginning: RoundBeginning }
  | { readonly kind: "progressed"; readonly progress: Progress }
  | { readonly kind: "worked"; readonly key: RoundKey; readonly round: KeptRound }
  | { readonly kind: "submitted"; readonly key: RoundKey }
  /** The work was stopped, or its round was over when it was submitted. */
  | { readonly kind: "interrupted"; readonly key: RoundKey; readonly isOutdated: boolean }
  /** The coordinator has this client's answer. */
  | { readonly kind: "summed"; readonly key: ExchangeKey }
  /** The step was over before its answer came. */
  | { readonly kind: "sumOutdated"; readonly key: ExchangeKey }
  /** What the coordinator handed out must not be answered; one sentence why. */
  | { readonly kind: "sumRefused"; readonly key: ExchangeKey; readonly reason: string | Told }
  | { readonly kind: "rested" }
  | { readonly kind: "deviceLost"; readonly key: RoundKey }
  /** `at` by this device's clock, ms. */
  | { readonly kind: "surroundings"; readonly change: SurroundingsChange; readonly at: number }
  /** Another tab goes on as this client, or the organiser removed it. */
  | { readonly kind: "replaced"; readonly reason: string; readonly why: Exit | null }
  /** Its person did, of who sees its figures. */
  | { readonly kind: "chose"; readonly figures: FiguresFor }
  | { readonly kind: "left" }
  | { readonly kind: "failed"; readonly failure: FailureText };

export type SessionEffect =
  /** Open the base and bind the rows; ends in `opened`, or `failed`. */
  | { readonly kind: "open"; readonly backend: BackendName | null }
  /** Ends in `joined` or `failed`. */
  | { readonly kind: "join" }
  /** Ends in `kept`. */
  | { readonly kind: "keep"; readonly clientId: string }
  /** Ends in `worked`, `interrupted`, `deviceLost` or `failed`. */
  | { readonly kind: "work"; readonly key: RoundKey; readonly plan: RoundPlan }
  /** Ends in `submitted`, `interrupted` or `failed`. */
  | { readonly kind: "submit"; readonly key: RoundKey }
  | { readonly kind: "confirm"; readonly key: RoundKey }
  /** Ends in `summed`, `sumOutdated`, `sumRefused` or `failed`. */
  | { readonly kind: "sum"; readonly what: SumRequest["what"]; readonly key: ExchangeKey }
  | { readonly kind: "cancel" }
  /** Ends in `rested`. */
  | { readonly kind: "rest" }
  | { readonly kind: "report"; readonly progress: Progress }
  /** The last effect of a session. */
  | {
      readonly kind: "end";
      readonly how: "finished" | "removed" | "left" | "failed";
      readonly reason: string;
      /** Of one that takes part no more. */
      readonly why: Exit | null;
    };

export interface Step {
  readonly machine: SessionMachine;
  readonly effects: readonly SessionEffect[];
}

const KEPT_LOSSES = 2_000;
const KEPT_NOTES = 20;

/** Pure. After the end nothing but its choice changes any more. */
export function stepSession(machine: SessionMachine, event: SessionEvent): Step {
  // Who sees its figures a client may still decide when all is over.
  if (event.kind === "chose") return only(showing(machine, { figures: event.figures }));
  if (machine.engine === "ended") return only(machine);
  switch (event.kind) {
    case "downloaded":
      return only(downloaded(machine, event));
    case "opened": {
      const { device, modelKept, samples, kept } = event;
      const shown = {
        device,
        modelKept,
        samples,
        adapters: keptAdapters(kept),
        confusion: kept.done?.confusion ?? null,
        personalConfusion: kept.done?.personalConfusion ?? null,
        own: ownFigures(kept.done, machine.view.own),
      };
      return join({ ...showing(machine, shown), engine: "ready", standing: standingOf(kept.done) });
    }
    case "recounted":
      return only(showing(machine, { device: event.device, samples: event.samples }));
    case "connected":
      return machine.engine === "ready" && machine.membership === "none" ? join(machine) : only(machine);
    case "asked":
      return only(machine.membership === "joining" && !machine.doing ? enter(machine, { kind: "awaitingApproval" }) : machine);
    case "putOff":
      return only(noting(withoutLast(machine, "putOff"), ["putOff", event.seconds]));
    case "disconnected":
      return only({ ...machine, membership: "none" });
    case "joined":
      return joined(machine, event);
    case "kept":
      return only(showing(machine, { canResume: event.isKept }));
    case "seen":
      return advance({ ...leftOut(machine, event.snapshot), snapshot: event.snapshot });
    case "began":
      if (!isDoing(machine, event.key)) return only(machine);
      return only(noting(machine, beginningNote(event.beginning, machine.view.device?.backend ?? null)));
    case "surroundings":
      return only(surrounded(machine, event.change, event.at));
    case "progressed":
      return progressed(machine, event.progress);
    case "worked":
      return worked(machine, event);
    case "submitted":
      return settled(machine, event.key);
    case "interrupted":
      if (!isDoing(machine, event.key)) return only(machine);
      if (!event.isOutdated) return advance({ ...machine, doing: null });
      return resting({ ...machine, doing: null });
    case "summed":
      return only(isSumming(machine, event.key) ? enter(machine, { kind: "waiting" }) : machine);
    case "sumOutdated":
      if (!isSumming(machine, event.key)) return only(machine);
      return resting({ ...machine, summing: null });
    case "sumRefused":
      if (!isSumming(machine, event.key)) return only(machine);
      return only(enter(noting(machine, ["sumRefused", event.reason]), { kind: "waiting" }));
    case "rested":
      return advance({ ...machine, resting: false });
    case "deviceLost":
      // All that was on the GPU is gone, and it may be lost again: the round goes on with wasm, from what was kept of it.
      if (!isDoing(machine, event.key)) return only(machine);
      return {
        machine: enter(noting({ ...machine, doing: null, engine: "opening" }, ["deviceLost"]), { kind: "preparing" }),
        effects: [{ kind: "open", backend: "wasm" }],
      };
    case "replaced":
      return ended(machine, "removed", { kind: "removed", reason: event.reason, why: event.why }, event.reason);
    case "left":
      return ended(machine, "left", { kind: "removed", reason: EXITS.left, why: "left" }, EXITS.left);
    case "failed":
      return ended(machine, "failed", { kind: "failed", failure: event.failure }, event.failure.sentence);
    default:
      event satisfies never;
      return only(machine);
  }
}

/** Looks at the newest snapshot for what there is to do. */
function advance(machine: SessionMachine): Step {
  const { snapshot, standing, doing, view } = machine;
  if (machine.engine !== "ready" || machine.membership !== "joined" || machine.resting || !snapshot || !view.clientId) {
    return only(machine);
  }
  // Counted although the acknowledgement is late or lost: that is success.
  const pending = view.stage.kind === "submitting" ? doing : standing?.submitted === false && !doing ? standing : null;
  if (pending && counts(snapshot, view.clientId, pending)) return settled({ ...machine, doing: pending }, pending);
  const { summing } = machine;
  const action = nextAction(snapshot, { clientId: view.clientId, doing, done: standing, summing });
  switch (action.kind) {
    case "wait":
      return only(doing || view.stage.kind === "summing" ? machine : enter(machine, { kind: "waiting" }));
    case "cancel":
      return { machine, effects: [{ kind: "cancel" }] };
    case "work": {
      const { key, plan } = action;
      const working = enter({ ...machine, doing: key }, { kind: "working", round: key.round, progress: null });
      return { machine: working, effects: [{ kind: "work", key, plan }] };
    }
    case "submit":
      return submit({ ...machine, doing: action.key }, action.key);
    case "sum": {
      const { round, step } = action.key;
      const answering = enter({ ...machine, summing: action.key }, { kind: "summing", round, step });
      return { machine: answering, effects: [action] };
    }
    case "end":
      return ended(machine, "finished", { kind: "finished", note: action.note }, action.note);
    case "removed":
      return ended(machine, "removed", { kind: "removed", reason: action.reason, why: action.why }, action.reason);
    default:
      action satisfies never;
      return only(machine);
  }
}

function downloaded(machine: SessionMachine, { progress, seconds }: Extract<SessionEvent, { kind: "downloaded" }>) {
  if (machine.view.stage.kind !== "loadingModel") return machine;
  const isComplete = progress.receivedBytes === progress.totalBytes;
  return enter(machine, isComplete ? { kind: "preparing" } : { kind: "loadingModel", download: progress, seconds });
}

function join(machine: SessionMachine): Step {
  const shown = machine.doing ? machine : enter(machine, { kind: "joining" });
  return { machine: { ...shown, membership: "joining" }, effects: [{ kind: "join" }] };
}

/** The first answer makes it a client; a repeated one is as good as a snapshot. */
function joined(machine: SessionMachine, { clientId, snapshot }: Extract<SessionEvent, { kind: "joined" }>): Step {
  const isFirst = machine.view.clientId !== clientId || machine.membership !== "joined";
  const next = advance({ ...awake(showing(machine, { clientId }), clientId, snapshot), membership: "joined", snapshot });
  return isFirst ? { machine: next.machine, effects: [{ kind: "keep", clientId }, ...next.effects] } : next;
}

function surrounded(machine: SessionMachine, change: SurroundingsChange, at: number): SessionMachine {
  const noted = noting(machine, surroundingsNote(change, at - (machine.hiddenAt ?? at)));
  switch (change.kind) {
    case "hidden":
      return { ...noted, hiddenAt: at };
    case "shown":
      return { ...noted, hiddenAt: null };
    case "woke":
      return { ...noted, sleptIn: machine.doing };
    default:
      return noted;
  }
}

/** Says it where a round ended without this client while it was here; what it missed while away it learns in other ways. */
function leftOut(machine: SessionMachine, seen: Snapshot): SessionMachine {
  const { snapshot, membership, view } = machine;
  if (membership !== "joined" || !snapshot || view.clientId === null) return machine;
  return noting(machine, leftOutNote(snapshot, seen, view.clientId));
}

/** Says what the first snapshot after a sleep says of the round of before. */
function awake(machine: SessionMachine, clientId: string, snapshot: Snapshot): SessionMachine {
  const { sleptIn } = machine;
  if (!sleptIn) return machine;
  const { openRound } = snapshot;
  const isLate = mayBeTaken(snapshot, clientId, sleptIn.round);
  const isOpen = openRound !== null && sameRound(openRound, sleptIn) && !openRound.submitted.includes(clientId);
  const fate = isOpen ? "open" : counts(snapshot, clientId, sleptIn) ? "counted" : isLate ? "late" : "over";
  return { ...noting(machine, ["awake", fate]), sleptIn: null };
}

function progressed(machine: SessionMachine, progress: Progress): Step {
  const { stage, losses } = machine.view;
  if (stage.kind !== "working" || stage.round !== progress.round) return only(machine);
  const { round, slot, step, loss } = progress;
  const point = loss === null || slot === "alone" ? [] : [{ round, step, loss }];
  const shown = showing(machine, {
    stage: { kind: "working", round: progress.round, progress },
    losses: [...losses, ...point].slice(-KEPT_LOSSES),
  });
  return { machine: shown, effects: machine.membership === "joined" ? [{ kind: "report", progress }] : [] };
}

function worked(machine: SessionMachine, { key, round }: Extract<SessionEvent, { kind: "worked" }>): Step {
  // The result is kept, wanted or not: it is what the client's adapters are now.
  const shown = showing(machine, {
    adapters: keptAdapters(round),
    confusion: round.done.confusion,
    personalConfusion: round.done.personalConfusion ?? null,
    own: ownFigures(round.done, machine.view.own),
    canResume: round.isKept,
  });
  const next = { ...shown, standing: standingOf(round.done) };
  return isDoing(machine, key) ? submit(next, key) : only(next);
}

function submit(machine: SessionMachine, key: RoundKey): Step {
  return { machine: enter(machine, { kind: "submitting", round: key.round }), effects: [{ kind: "submit", key }] };
}

/** The coordinator has the result of this round. */
function settled(machine: SessionMachine, { round, attempt }: RoundKey): Step {
  const key = { round, attempt };
  if (!isDoing(machine, key)) return only(machine);
  const done = enter({ ...machine, doing: null, standing: { ...key, submitted: true } }, { kind: "waiting" });
  const next = isNamedFor(machine, key) ? resting(done) : advance(done);
  return { machine: next.machine, effects: [{ kind: "confirm", key }, ...next.effects] };
}

/** The newest snapshot asks for what this is of as something that is learned alone: it may be from before the answer, so one looks again later. */
const isNamedFor = ({ snapshot, view }: SessionMachine, { round }: RoundKey): boolean =>
  snapshot !== null && view.clientId !== null && catchesUpWith(snapshot, view.clientId, round);

/** Ends in `rested`. */
const resting = (machine: SessionMachine): Step => ({ machine: { ...machine, resting: true }, effects: [{ kind: "rest" }] });

function ended(
  machine: SessionMachine,
  how: "finished" | "removed" | "left" | "failed",
  stage: SessionStage,
  reason: string,
): Step {
  return {
    machine: { ...enter(machine, stage), engine: "ended", membership: "none", doing: null },
    effects: [
      ...(machine.doing ? [{ kind: "cancel" as const }] : []),
      { kind: "end", how, reason, why: stage.kind === "removed" ? stage.why : null },
    ],
  };
}

const only = (machine: SessionMachine): Step => ({ machine, effects: [] });
const showing = (machine: SessionMachine, change: Partial<SessionState>): SessionMachine => ({
  ...machine,
  view: { ...machine.view, ...change },
});
/** Says it, if there is anything to say. */
const noting = (machine: SessionMachine, note: SessionSaying | null): SessionMachine =>
  note === null ? machine : showing(machine, { notes: [...machine.view.notes, note].slice(-KEPT_NOTES) });
/** What was said last is said anew. */
const withoutLast = (machine: SessionMachine, name: SessionSaying[0]): SessionMachine =>
  machine.view.notes.at(-1)?.[0] === name ? showing(machine, { notes: machine.view.notes.slice(0, -1) }) : machine;
const isSumming = ({ summing }: SessionMachine, key: ExchangeKey): boolean => summing !== null && sameStep(summing, key);
const isDoing = ({ doing }: SessionMachine, key: RoundKey): boolean => doing !== null && sameRound(doing, key);

/** Shown at another stage; the same one is left as it is, so that nobody is told of nothing. */
function enter(machine: SessionMachine, stage: SessionStage): SessionMachine {
  return stage.kind === "waiting" && machine.view.stage.kind === "waiting" ? machine : showing(machine, { stage });
}
