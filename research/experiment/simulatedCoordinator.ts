/** The coordinator of a simulated federation: the product's round machine and method, with function calls in place of the wire. */
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, initialAdapter, layoutOf, layoutOfRank } from "@duet/lora-core/adapters/adapterLayout";
import { firstRanks } from "@duet/lora-core/adapters/adapterRank";
import type { Ranks } from "@duet/lora-core/adapters/ranks";
import type { UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import type { ClientPrivacyConfig } from "@duet/lora-core/differentialPrivacy/clientPrivacyConfig";
import type { SharedRound } from "@duet/lora-core/federation/updateVector";
import type { RoundMetrics, SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { RobustnessConfig } from "@duet/lora-core/robustness/robustnessConfig";
import { stillTaken } from "@duet/lora-core/rounds/lateAnswers";
import { shareOf } from "@duet/lora-core/rounds/pace";
import type { AggregateInput, Introduction, RoundEvent } from "@duet/lora-core/rounds/roundEvents";
import { transition } from "@duet/lora-core/rounds/roundMachine";
import {
  enrolled,
  initialRoundState,
  openRoundOf,
  type RoundSpec,
  type RoundState,
  specOf,
} from "@duet/lora-core/rounds/roundState";
import { scheduleOf } from "@duet/lora-core/rounds/schedule";
import { aggregateRound, countedContributions } from "@duet/lora-core/strategies/aggregateRound";
import { aggregationError, errorBetween } from "@duet/lora-core/strategies/aggregationError";
import { weighed } from "@duet/lora-core/strategies/contributions";
import { sentDown, uploadLayout } from "@duet/lora-core/strategies/exchange";
import { atFullRank } from "@duet/lora-core/strategies/ownRanks";
import type { Method } from "@duet/lora-core/strategies/registry";
import { roundPlanOf } from "@duet/lora-core/strategies/roundPlan";
import type { Budgets, Contribution, RoundPlan, ServerState } from "@duet/lora-core/strategies/strategy";
import { isTraining } from "@duet/lora-core/strategies/trainings";
import { decodeUpload, sentFrom } from "@duet/lora-core/strategies/uploadCodec";
import { effectiveWork, planForShare, timesWork } from "@duet/lora-core/strategies/workShare";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { TrainingConfig } from "@duet/lora-core/training/trainingConfig";
import { NoisySums } from "./noisySums.ts";
import type { RoundedSums } from "./roundedSums.ts";
import type { SimulatedRound } from "./runResult.ts";

/** No deadline is ever reached: a simulated client always answers, or is left out on purpose. */
const LONG_MS = 1e15;

/** Events are a millisecond apart, so that many of them are no second. */
const STEP_MS = 1e6;

/** An event without its instant, which is a counter here, and the clients' time. */
type Happening = RoundEvent extends infer Event ? (Event extends RoundEvent ? Omit<Event, "at"> : never) : never;

export interface SimulatedCoordinatorOptions {
  readonly method: Method;
  readonly robustness: RobustnessConfig;
  readonly coding: UploadCoding;
  readonly budgets: Budgets;
  /** Of one adapter, and its rank. */
  readonly layout: AdapterLayout;
  readonly rank: number;
  /** How unlike ranks come together; left out where all clients have one. */
  readonly ranks?: Ranks | undefined;
  readonly seed: number;
  readonly clients: number;
  readonly training: Pick<TrainingConfig, "warmupSteps" | "decay">;
  /** A trial: a learning rate that falls in the last federated round and after it alone, in place of over all rounds. */
  readonly fallsLast?: boolean;
  /** Whether slower clients do fewer steps. */
  readonly isBySpeed: boolean;
  /** Rounds for which an answer is still taken after its own; left out, none is. */
  readonly lateRounds?: number;
  /** Sums differences with noise that hides clients; null leaves them as they are. Uploads must be `f32` differences then. */
  readonly clientPrivacy: ClientPrivacyConfig | null;
  /** Sums updates as secure sums are; null takes them as they were sent. Uploads must be `f32` then. */
  readonly sums: RoundedSums | null;
}

export class SimulatedCoordinator {
  /** Rounds that were aggregated, oldest first. */
  readonly history: SimulatedRound[] = [];
  readonly #options: SimulatedCoordinatorOptions;
  readonly #noisy: NoisySums | null;
  readonly #contributions = new Map<string, NamedTensors>();
  /** As they were sent, for a sum. */
  readonly #shared = new Map<string, SharedRound>();
  readonly #samples = new Map<string, SampleCounts>();
  #server: ServerState;
  #state: RoundState;
  #at = 0;

  constructor(options: SimulatedCoordinatorOptions) {
    const { method, budgets, layout, seed, clients, clientPrivacy, isBySpeed, lateRounds } = options;
    this.#options = options;
    this.#noisy = clientPrivacy && new NoisySums(clientPrivacy, method, budgets, clients, seed);
    this.#server = method.init(initialAdapter(layout, seed));
    const schedule = scheduleOf(method, budgets);
    this.#state = initialRoundState(
      {
        schedule,
        minClients: clients,
        roundDeadlineMs: LONG_MS,
        reconnectGraceMs: LONG_MS,
        waitMs: LONG_MS,
        exchange: null,
        sampling: null,
        bySpeed: isBySpeed,
        deadlineBySpeed: false,
        late: lateRounds === undefined ? null : { rounds: lateRounds },
        statistics: null,
      },
      0,
    );
  }

  /** The open round; null before the first and after the last. */
  get open(): RoundSpec | null {
    const open = openRoundOf(this.#state);
    return open && this.#state.endedAt === null ? specOf(this.#state, open) : null;
  }

  get isFinished(): boolean {
    const { phase } = this.#state;
    return phase.kind === "ended" && phase.how === "finished";
  }

  /** How many rounds there are. */
  get rounds(): number {
    return this.#state.policy.schedule.length;
  }

  planOf(round: number): RoundPlan {
    const { method, budgets, training, fallsLast } = this.#options;
    const plan = roundPlanOf(method, { budgets, training }, { round, isNewcomer: false });
    return fallsLast ? fallingFrom(plan, round >= budgets.rounds) : plan;
  }

  /** What one client does in the open round. */
  planFor(clientId: string, round: number): RoundPlan {
    const open = openRoundOf(this.#state);
    const { isBySpeed, training } = this.#options;
    const plan = this.planOf(round);
    return open && isBySpeed ? planForShare(plan, shareOf(this.#state, open, clientId), training) : plan;
  }

  /** Whether the open round still takes this client's answer of that one. */
  stillTakes(clientId: string, round: number): boolean {
    const open = openRoundOf(this.#state);
    return open !== null && stillTaken(this.#state, open, clientId).includes(round);
  }

  /** When the open round opened, in steps of the fastest. */
  get openedAt(): number {
    return Math.floor((openRoundOf(this.#state)?.openedAt ?? 0) / STEP_MS);
  }

  /** How long clients have worked one after the other's round, in steps of the fastest. */
  get clock(): number {
    return Math.floor(this.#at / STEP_MS);
  }

  join(clientId: string, introduction: Introduction): void {
    const { train, fusion, test } = introduction.samples;
    this.#samples.set(clientId, { train: train ?? 0, fusion: fusion ?? 0, test: test ?? 0 });
    this.#apply({ type: "clientJoined", clientId, introduction });
  }

  /** What travels of a client's upload. */
  bytesOf(round: number, upload: Uint8Array): number {
    return this.#options.sums?.bytes(round, upload) ?? upload.byteLength;
  }

  /** What it has for a client, as a blob. */
  sentTo(clientId: string, { receive }: RoundPlan): Uint8Array | null {
    const down = receive && sentDown(this.#handedOut(clientId), receive);
    return down && encodeAdapter(down, layoutOf(down));
  }

  /**
   * Takes one client's result of the open round, or of one that it still takes, so many steps of the fastest client after its opening, at least as many as
   * those before; the last one that is waited for closes it.
   */
  submit(clientId: string, round: number, upload: Uint8Array | null, metrics: RoundMetrics, took = 0): void {
    this.#at = Math.max(this.#at, (openRoundOf(this.#state)?.openedAt ?? 0) + STEP_MS * took);
    const bytes = upload ? this.bytesOf(round, upload) : 0;
    const { upload: wanted } = this.planOf(round);
    const artifact = upload && wanted ? `${round}-${clientId}` : null;
    if (artifact && upload && wanted) {
      const { layout, coding } = this.#options;
      const rank = this.#rankOf(clientId);
      const form = { layout: rank === undefined ? layout : layoutOfRank(layout, rank), upload: wanted, coding };
      const samples = this.#samples.get(clientId);
      if (samples) this.#shared.set(artifact, { upload, metrics, samples });
      this.#contributions.set(artifact, sentFrom(form, decodeUpload(form, upload), this.#handedOut(clientId)));
    }
    this.#apply({ type: "submitted", clientId, round, artifact, sha256: null, bytes, metrics });
  }

  /** Where it is less than everybody's. */
  #rankOf(clientId: string): number | undefined {
    return enrolled(this.#state, clientId)?.rank;
  }

  /** Of the client's rank. */
  #handedOut(clientId: string): NamedTensors {
    const whole = this.#options.method.download(this.#server, clientId);
    const rank = this.#rankOf(clientId);
    return rank === undefined ? whole : firstRanks(whole, rank);
  }

  /** Closes the open round with who has submitted. */
  closeRound(): void {
    this.#apply({ type: "roundClosed" });
  }

  #apply(event: Happening): void {
    this.#at += 1;
    const { state, commands } = transition(this.#state, { ...event, at: this.#at });
    this.#state = state;
    for (const command of commands) if (command.type === "aggregate") this.#aggregate(command.round, command.inputs);
  }

  #aggregate(round: number, inputs: readonly AggregateInput[]): void {
    const { method, robustness, rank, training } = this.#options;
    const sum = this.#sumOf(round, inputs);
    const before = this.#server;
    const plan = this.planOf(round);
    const sent = this.#sent(inputs, plan);
    const shares = inputs.map(({ share }) => share);
    const work = effectiveWork(plan, shares, training);
    const given = { method, robustness, round, plan, rank, before, contributions: timesWork(sum ? [sum] : sent, work) };
    const { after, bounds, standings } = aggregateRound(given);
    this.#server = after;
    this.#contributions.clear();
    this.#shared.clear();
    const isRounded = sum !== null && this.#options.sums !== null;
    // Of a rounded sum, what the gauge would say if the coordinator had seen single updates.
    const exactly = timesWork(sent, work);
    const contributions = isRounded ? exactly : countedContributions(given, bounds);
    const error = aggregationError({ ...given, contributions, after })?.overall ?? null;
    const exact = isRounded ? aggregateRound({ ...given, contributions: exactly }).after : null;
    const roundingError = exact && (errorBetween(exact.shared, after.shared)?.overall ?? null);
    this.history.push({ round, aggregationError: error, roundingError, standings });
    this.#apply({ type: "aggregated", round, error, moduleErrors: [], standings, means: null });
  }

  #sent(inputs: readonly AggregateInput[], { upload }: RoundPlan): readonly Contribution[] {
    const sent = inputs.map(({ clientId, artifact, sampleCount, rank, weight }) => {
      const tensors = this.#contributions.get(artifact);
      if (!tensors) throw new RangeError(`There is no contribution ${artifact}`);
      return { clientId, sampleCount, tensors, rank, ...weighed({ weight }) };
    });
    const { method, ranks } = this.#options;
    return upload ? atFullRank(sent, upload, ranks, (clientId) => method.download(this.#server, clientId)) : sent;
  }

  /** What a sum of all comes to; null where the coordinator has what each sent. */
  #sumOf(round: number, inputs: readonly AggregateInput[]): Contribution | null {
    const { layout, sums } = this.#options;
    const { upload } = this.planOf(round);
    if (!upload || !(this.#noisy ?? sums)) return null;
    const shared = inputs.flatMap(({ artifact }) => this.#shared.get(artifact) ?? []);
    const summed = this.#noisy
      ? this.#noisy.mean(shared, uploadLayout(layout, upload))
      : sums?.mean(round, shared, uploadLayout(layout, upload));
    if (!summed) return null;
    const { update, weight } = summed;
    return { clientId: "sum", sampleCount: weight, tensors: update };
  }
}

/** Each of its trainings falls by itself, or none does. */
function fallingFrom(plan: RoundPlan, falls: boolean): RoundPlan {
  const span = { from: 0, to: falls ? 1 : 0 };
  return { ...plan, steps: plan.steps.map((step) => (isTraining(step) ? { ...step, span } : step)) };
}
