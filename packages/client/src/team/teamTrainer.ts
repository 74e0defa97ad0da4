/**
 * A member's part in the trainings of its team: it follows the orders of whoever leads, gives its part of every averaging, and goes on with the mean.
 * As the leader it also counts the parts, leaves out who is silent for too long, and lets in who has come meanwhile.
 */
import type { Contribution, Mean, TeamAverages, TrainingOrder } from "@duet/lora-core/contract/teamTraining";
import { type DuetError, hasCode } from "@duet/lora-core/errors/duetError";
import { workError } from "@duet/lora-core/errors/workError";
import type { WorkSaying } from "@duet/lora-core/errors/workSentences";
import { type Averaging, averagingAt, awaited, contributed, expecting, isComplete, meanOf } from "@duet/lora-core/team/averaging";
import type { TeamMessage } from "@duet/lora-core/team/teamMessages";

type Ordered = Extract<TeamMessage, { kind: "order" }>;
type MeanMessage = Extract<TeamMessage, { kind: "mean" }>;

export interface TeamTrainerParts {
  readonly self: string;
  readonly send: (to: string | null, message: TeamMessage) => Promise<void>;
  /** Who leads; null as long as that is not known. */
  readonly leader: () => string | null;
  /** Who is connected. */
  readonly present: () => readonly string[];
  /** Trains on this member's rows. */
  readonly help: (order: TrainingOrder, state: Uint8Array | null, averages: TeamAverages) => Promise<void>;
  /** Stops what it helps with. */
  readonly cancel: () => Promise<void>;
  /** This member is in no training any more, by the leader's word. */
  readonly onLeftOut: () => void;
  /** As the leader: the others have to give their parts again. */
  readonly onBehind: () => void;
  readonly onFailure: (error: unknown) => void;
  readonly onProgress: (progress: TeamProgress) => void;
}

/** How far the training that is under way is, at its last averaging. */
export interface TeamProgress {
  readonly members: readonly string[];
  readonly step: number;
  readonly steps: number;
}

export interface TeamTrainer {
  readonly averages: TeamAverages;
  /** Who takes part in the training that is under way, or was the last. */
  members(): readonly string[];
  /** As the leader: hands a training to these. */
  begin(order: TrainingOrder, step: number, state: Uint8Array | null, members: readonly string[]): Promise<void>;
  /** As the leader: lets it into the training that is under way, at the next averaging. */
  letIn(member: string): void;
  receive(from: string, message: TeamMessage): void;
  /** Who leads, or who is connected, is not what it was. */
  changed(): void;
  /** Resolves once it helps with nothing any more. */
  idle(): Promise<void>;
  close(): void;
}

const TICK_MS = 5_000;
/** Looks at the clock for which a member may say nothing: a minute. Looks, so that a leader that was busy itself blames nobody. */
const SILENT_TICKS = 12;

interface Pending {
  readonly step: number;
  readonly own: Contribution;
  readonly resolve: (mean: Mean) => void;
  readonly reject: (error: DuetError) => void;
}

export function createTeamTrainer(parts: TeamTrainerParts): TeamTrainer {
  const { self, send } = parts;
  let training: { readonly order: TrainingOrder; members: readonly string[] } | null = null;
  let pending: Pending | null = null;
  let averaging: Averaging | null = null;
  let last: MeanMessage | null = null;
  let helping: Promise<void> | null = null;
  let following: Promise<void> = Promise.resolve();
  const waiting = new Set<string>();
  const silent = new Map<string, number>();
  const timer = setInterval(tick, TICK_MS);

  const isLeading = () => parts.leader() === self;
  const expected = () => training?.members.filter((member) => parts.present().includes(member)) ?? [];

  const averages: TeamAverages = {
    average: (step, own) =>
      new Promise((resolve, reject) => {
        pending = { step, own, resolve, reject };
        give();
      }),
    isAwaited: async () => isLeading() && waiting.size > 0,
    async admit(step, state) {
      if (!training) return;
      const newcomers = [...waiting].filter((member) => parts.present().includes(member));
      waiting.clear();
      training.members = [...new Set([...training.members, ...newcomers])];
      const { order, members } = training;
      for (const member of newcomers) void send(member, { kind: "order", order, step, state, members: [...members] });
    },
  };

  /** Brings this member's part to whoever counts it; again, after the leader has changed. */
  function give(): void {
    const leader = parts.leader();
    if (!pending || !training || leader === null) return;
    const { step, own } = pending;
    if (leader === self) take(self, training.order.name, step, own);
    else void send(leader, { kind: "part", training: training.order.name, step, ...own });
  }

  function take(from: string, name: string, step: number, part: Contribution): void {
    if (training?.order.name !== name) return;
    if (last && step <= last.step) {
      // The mean was lost on its way to it; who has missed more than one comes in again.
      if (step === last.step) void send(from, last);
      else if (isLeading()) leaveOut(from);
      return;
    }
    if (!isLeading()) return;
    // Somebody has a mean that this leader has missed: it is asked for by giving the part that it was made of.
    if (pending && step > pending.step) {
      void send(from, { kind: "part", training: name, step: pending.step, ...pending.own });
      return;
    }
    averaging = contributed(averaging ?? averagingAt(step, expected()), from, step, part);
    settle();
  }

  function settle(): void {
    if (!averaging || !training || !isLeading()) return;
    averaging = expecting(averaging, expected());
    if (!isComplete(averaging)) return;
    const { step } = averaging;
    const mean = meanOf(averaging);
    averaging = null;
    last = { kind: "mean", training: training.order.name, step, ...mean, members: [...training.members] };
    void send(null, last);
    goOn(step, mean);
  }

  function goOn(step: number, mean: Mean): void {
    if (pending?.step !== step) return;
    const { resolve } = pending;
    pending = null;
    tellProgress(step);
    resolve(mean);
  }

  function tellProgress(step: number): void {
    if (training) parts.onProgress({ members: training.members, step, steps: training.order.steps });
  }

  function accept(message: MeanMessage): void {
    if (training?.order.name !== message.training || (last && message.step <= last.step)) return;
    last = message;
    averaging = null;
    training.members = message.members;
    if (isLeading()) parts.onBehind();
    if (training.members.includes(self)) goOn(message.step, message);
    else leftOut();
  }

  function leaveOut(member: string): void {
    if (!training) return;
    training.members = training.members.filter((one) => one !== member);
    void send(member, { kind: "out" });
  }

  function leftOut(): void {
    stop(["teamGoesOn"]);
    parts.onLeftOut();
  }

  function stop(why: WorkSaying): void {
    const { reject } = pending ?? {};
    pending = null;
    reject?.(workError("STOPPED", why));
  }

  async function follow({ order, step, state, members }: Ordered): Promise<void> {
    if (!members.includes(self) || isLeading()) return;
    stop(["teamBeginsAnother"]);
    await parts.cancel();
    await helping;
    training = { order, members };
    [averaging, last] = [null, null];
    tellProgress(step);
    helping = parts.help(order, step > 0 ? state : null, averages).then(
      () => {
        helping = null;
      },
      (error: unknown) => {
        helping = null;
        if (!hasCode(error, "STOPPED")) parts.onFailure(error);
      },
    );
  }

  function tick(): void {
    if (!isLeading()) {
      const leader = parts.leader();
      if (helping && leader !== null) void send(leader, { kind: "beat" });
      return;
    }
    for (const member of averaging ? awaited(averaging) : []) {
      const ticks = (silent.get(member) ?? 0) + 1;
      silent.set(member, ticks);
      if (member !== self && ticks >= SILENT_TICKS) leaveOut(member);
    }
    settle();
  }

  return {
    averages,
    members: () => training?.members ?? [],
    async begin(order, step, state, members) {
      training = { order, members };
      [averaging, last] = [null, null];
      waiting.clear();
      tellProgress(step);
      await send(null, { kind: "order", order, step, state, members: [...members] });
    },
    letIn: (member) => void waiting.add(member),
    receive(from, message) {
      silent.set(from, 0);
      if (message.kind === "order") following = following.then(() => follow(message));
      else if (message.kind === "part") take(from, message.training, message.step, message);
      else if (message.kind === "mean") accept(message);
      else if (message.kind === "out") leftOut();
    },
    changed() {
      give();
      settle();
    },
    async idle() {
      await following;
      while (helping) await helping;
    },
    close() {
      clearInterval(timer);
      stop(["teamLeft"]);
    },
  };
}
