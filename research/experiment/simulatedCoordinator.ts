/** The coordinator of a simulated federation: the product's round machine and method, with function calls in place of the wire. */
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, initialAdapter, layoutOf } from "@duet/lora-core/adapters/adapterLayout";
import type { UploadCoding } from "@duet/lora-core/compression/uploadCoding";
import type { ClientPrivacyConfig } from "@duet/lora-core/differentialPrivacy/clientPrivacyConfig";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { RobustnessConfig } from "@duet/lora-core/robustness/robustnessConfig";
import type { AggregateInput, Introduction, RoundEvent } from "@duet/lora-core/rounds/roundEvents";
import { transition } from "@duet/lora-core/rounds/roundMachine";
import { initialRoundState, openRoundOf, type RoundSpec, type RoundState, specOf } from "@duet/lora-core/rounds/roundState";
import { scheduleOf } from "@duet/lora-core/rounds/schedule";
import { aggregateRound, countedContributions } from "@duet/lora-core/strategies/aggregateRound";
import { aggregationError } from "@duet/lora-core/strategies/aggregationError";
import { sentDown, uploadLayout } from "@duet/lora-core/strategies/exchange";
import type { Method } from "@duet/lora-core/strategies/registry";
import type { Budgets, Contribution, RoundPlan, ServerState } from "@duet/lora-core/strategies/strategy";
import { decodeUpload, sentFrom } from "@duet/lora-core/strategies/uploadCodec";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { NoisySums } from "./noisySums.ts";
import type { SimulatedRound } from "./runResult.ts";

/** No deadline is ever reached: a simulated client always answers, or is left out on purpose. */
const LONG_MS = 1e12;

/** An event without its instant, which is a counter here. */
type Happening = RoundEvent extends infer Event ? (Event extends RoundEvent ? Omit<Event, "at"> : never) : never;

export interface SimulatedCoordinatorOptions {
  readonly method: Method;
  readonly robustness: RobustnessConfig;
  readonly coding: UploadCoding;
  readonly budgets: Budgets;
  /** Of one adapter, and its rank. */
  readonly layout: AdapterLayout;
  readonly rank: number;
  readonly seed: number;
  readonly clients: number;
  /** Sums differences with noise that hides clients; null leaves them as they are. Uploads must be `f32` differences then. */
  readonly clientPrivacy: ClientPrivacyConfig | null;
}

export class SimulatedCoordinator {
  /** Rounds that were aggregated, oldest first. */
  readonly history: SimulatedRound[] = [];
  readonly #options: SimulatedCoordinatorOptions;
  readonly #noisy: NoisySums | null;
  readonly #contributions = new Map<string, NamedTensors>();
  /** As they were sent, for a noisy sum. */
  readonly #uploads = new Map<string, Uint8Array>();
  #server: ServerState;
  #state: RoundState;
  #at = 0;

  constructor(options: SimulatedCoordinatorOptions) {
    const { method, budgets, layout, seed, clients, clientPrivacy } = options;
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
    const { method, budgets } = this.#options;
    return method.plan(budgets, { round, isNewcomer: false });
  }

  join(clientId: string, introduction: Introduction): void {
    this.#apply({ type: "clientJoined", clientId, introduction });
  }

  /** What it has for a client, as a blob. */
  sentTo(clientId: string, { receive }: RoundPlan): Uint8Array | null {
    const down = receive && sentDown(this.#options.method.download(this.#server, clientId), receive);
    return down && encodeAdapter(down, layoutOf(down));
  }

  /** Takes one client's result of the open round; the last one closes it. */
  submit(clientId: string, round: number, upload: Uint8Array | null, metrics: RoundMetrics): void {
    const { upload: wanted } = this.planOf(round);
    const artifact = upload && wanted ? `${round}-${clientId}` : null;
    if (artifact && upload && wanted) {
      const { method, layout, coding } = this.#options;
      const form = { layout, upload: wanted, coding };
      this.#uploads.set(artifact, upload);
      this.#contributions.set(artifact, sentFrom(form, decodeUpload(form, upload), method.download(this.#server, clientId)));
    }
    this.#apply({ type: "submitted", clientId, round, artifact, sha256: null, bytes: upload?.byteLength ?? 0, metrics });
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
    const { method, robustness, rank } = this.#options;
    const contributions = this.#noisy ? [this.#noisySum(this.#noisy, round, inputs)] : this.#sent(inputs);
    const before = this.#server;
    const plan = this.planOf(round);
    const given = { method, robustness, round, plan, rank, before, contributions };
    const { after, bounds, standings } = aggregateRound(given);
    this.#server = after;
    this.#contributions.clear();
    this.#uploads.clear();
    const found = aggregationError({ ...given, contributions: countedContributions(given, bounds), after });
    const error = found?.overall ?? null;
    this.history.push({ round, aggregationError: error, standings });
    this.#apply({ type: "aggregated", round, error, moduleErrors: [], standings, means: null });
  }

  #sent(inputs: readonly AggregateInput[]): readonly Contribution[] {
    return inputs.map(({ clientId, artifact, sampleCount }) => {
      const tensors = this.#contributions.get(artifact);
      if (!tensors) throw new RangeError(`There is no contribution ${artifact}`);
      return { clientId, sampleCount, tensors };
    });
  }

  #noisySum(noisy: NoisySums, round: number, inputs: readonly AggregateInput[]): Contribution {
    const { upload } = this.planOf(round);
    if (!upload) throw new RangeError(`Nothing is sent in round ${round}`);
    const uploads = inputs.flatMap(({ artifact }) => this.#uploads.get(artifact) ?? []);
    const { update, weight } = noisy.mean(uploads, uploadLayout(this.#options.layout, upload));
    return { clientId: "sum", sampleCount: weight, tensors: update };
  }
}
