/**
 * Secure sums at the coordinator: hands each client what it needs for a step, takes its answer, and never has an update. Answers are on
 * disk before they count; after a restart the attempt is put together again from them.
 */
import { readFile } from "node:fs/promises";
import { layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { countedTask, termsOfStatistics } from "@duet/lora-core/federation/statisticsVector";
import { sumSizeOf, termsOfSum } from "@duet/lora-core/federation/updateVector";
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import { answersOf, type Exchange } from "@duet/lora-core/rounds/exchange";
import { exchangeStanding } from "@duet/lora-core/rounds/exchangeSteps";
import { clipOf, enrolled, openRoundOf, type RoundState, specOf } from "@duet/lora-core/rounds/roundState";
import type { Identities } from "@duet/lora-core/secureAggregation/announcement";
import type { AttemptTerms } from "@duet/lora-core/secureAggregation/attempt";
import { type AttemptDesk, createAttemptDesk } from "@duet/lora-core/secureAggregation/attemptDesk";
import { EXCHANGE_STEPS } from "@duet/lora-core/secureAggregation/exchangeStep";
import { decodeKey } from "@duet/lora-core/secureAggregation/messageCodec";
import { packedBytes } from "@duet/lora-core/secureAggregation/packedVector";
import { SecureAggregationError } from "@duet/lora-core/secureAggregation/secureAggregationError";
import type { Logger } from "pino";
import { createId } from "../ports/secrets.ts";
import { Refusal } from "../refusal.ts";
import type { FederationStore } from "../storage/federationStore.ts";
import type { Federation } from "./federation.ts";
import type { FederationLoop } from "./federationLoop.ts";
import { onceAtATime } from "./onceAtATime.ts";

export interface SumParts {
  readonly federationId: string;
  readonly federation: Federation;
  readonly store: FederationStore;
  readonly loop: FederationLoop;
  readonly logger: Logger;
}

/** Keys, shares and signatures of a thousand clients are smaller. */
const MAX_ANSWER_BYTES = 512 * 1024;

interface OpenAttempt {
  readonly round: number;
  readonly attempt: number;
  readonly desk: AttemptDesk;
}

export class SecureSums {
  readonly #parts: SumParts;
  readonly #answering = new Map<string, Promise<void>>();
  #open: Promise<OpenAttempt> | null = null;

  constructor(parts: SumParts) {
    this.#parts = parts;
  }

  /** @throws {Refusal} INVALID_PAYLOAD when a client has no identity and needs one. */
  assertIdentity(identity: string | null): void {
    if (identity !== null || this.#parts.federation.config.aggregation === "plain") return;
    throw new Refusal("INVALID_PAYLOAD", ["needsKeys"]);
  }

  /** @throws {Refusal} FORBIDDEN when it is not the one that it came with. */
  assertSameIdentity(clientId: string, identity: string | null): void {
    if (enrolled(this.#parts.loop.state, clientId)?.identity === identity) return;
    throw new Refusal("FORBIDDEN", ["otherKeys"]);
  }

  /** @throws {Refusal} WRONG_ROUND when nothing is expected of it, INVALID_ADAPTER when something of another size is. */
  assertFits(clientId: string, { bytes }: BlobRef): void {
    const { state } = this.#parts.loop;
    const key = keyOf(state);
    if (key === null || exchangeStanding(state, clientId, key) === "refused") throw outdated();
    const expected = packedBytes(this.#terms(key.round, key.attempt).layout);
    if (key.step === "input" && bytes !== expected) throw new Refusal("INVALID_ADAPTER", ["otherAnswerSize", expected, bytes]);
    if (key.step !== "input" && bytes > MAX_ANSWER_BYTES) {
      throw new Refusal("INVALID_ADAPTER", ["answerTooLarge", MAX_ANSWER_BYTES, bytes]);
    }
  }

  /** What this client needs for its answer. @throws {Refusal} WRONG_ROUND when it is not asked for that one. */
  async material(clientId: string, key: ExchangeKey): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#assertAsked(clientId, key);
    const { desk } = await this.#current();
    this.#assertAsked(clientId, key);
    return desk.material(clientId);
  }

  /**
   * Resolves once the answer is on disk; a repeat resolves and changes nothing.
   * @throws {Refusal} BLOB_MISSING before the blob has arrived, WRONG_ROUND, INVALID_ADAPTER where it is not what the step needs.
   */
  answer(clientId: string, key: ExchangeKey, blob: BlobRef): Promise<void> {
    const name = `${key.round}/${key.attempt}/${key.step}/${clientId}`;
    return onceAtATime(this.#answering, name, () => this.#answer(clientId, key, blob));
  }

  async #answer(clientId: string, key: ExchangeKey, blob: BlobRef): Promise<void> {
    const { loop, store } = this.#parts;
    if (this.#assertAsked(clientId, key) === "counted") return;
    this.assertFits(clientId, blob);
    const file = await store.uploads.file(clientId, blob);
    if (file === null) throw new Refusal("BLOB_MISSING", ["answerNotArrived"]);
    const content = key.step === "input" ? null : new Uint8Array(await readFile(file));
    const { desk } = await this.#current();
    const artifact = `sum-${key.round}-${key.attempt}-${key.step}-${clientId}-${createId()}`;
    this.#assertAsked(clientId, key);
    await desk.take(clientId, content).catch(refuse);
    await loop.stored(() => store.adoptSubmission(artifact, blob, file));
    try {
      const happening = { type: "exchanged", clientId, ...key, artifact, ...blob } as const;
      await loop.applyTogether(happening, () => this.#assertAsked(clientId, key) === "expected");
    } finally {
      store.settleSubmission(artifact);
    }
    const open = await this.#open;
    if (open) await this.#catchUp(open);
  }

  /** @throws {Refusal} WRONG_ROUND */
  #assertAsked(clientId: string, key: ExchangeKey): "expected" | "counted" {
    const standing = exchangeStanding(this.#parts.loop.state, clientId, key);
    if (standing === "refused") throw outdated();
    return standing;
  }

  /** The attempt that is open, at the step that the round machine has reached. @throws {Refusal} WRONG_ROUND when there is none. */
  async #current(): Promise<OpenAttempt> {
    const { loop } = this.#parts;
    const { phase } = loop.state;
    if (phase.kind !== "exchanging") throw outdated();
    const { round } = specOf(loop.state, phase.open);
    const { attempt } = phase.exchange;
    const known = await this.#open?.catch(() => null);
    if (known?.round !== round || known.attempt !== attempt) this.#open = this.#restored(round, phase.exchange);
    const current = await (this.#open as Promise<OpenAttempt>);
    if (!(await this.#catchUp(current))) throw outdated();
    return current;
  }

  /** Ends the steps that the machine has ended. False where the attempt is over, also because that showed that it cannot go on. */
  async #catchUp({ round, attempt, desk }: OpenAttempt): Promise<boolean> {
    const { loop } = this.#parts;
    const { phase } = loop.state;
    if (phase.kind !== "exchanging" || phase.exchange.attempt !== attempt) return false;
    while (desk.step !== null && desk.step !== phase.exchange.step) {
      const shortage = desk.close(Object.keys(answersOf(phase.exchange, desk.step)));
      if (!shortage) continue;
      const reason = `of the clients who share a secret ${shortage.have} are left, and ${shortage.needed} are needed`;
      await loop.inTurn(() => loop.apply({ type: "exchangeFailed", round, attempt, reason }));
      return false;
    }
    return true;
  }

  /** From what is stored. */
  async #restored(round: number, exchange: Exchange): Promise<OpenAttempt> {
    const { store, loop } = this.#parts;
    const desk = createAttemptDesk(this.#terms(round, exchange.attempt), identitiesOf(loop.state));
    for (const step of EXCHANGE_STEPS) {
      for (const [client, artifact] of Object.entries(answersOf(exchange, step))) {
        const content = step === "input" ? null : new Uint8Array(await readFile(await store.submissionFile(artifact)));
        await desk.take(client, content);
      }
      if (step === exchange.step) break;
      desk.close(Object.keys(answersOf(exchange, step)));
    }
    return { round, attempt: exchange.attempt, desk };
  }

  #terms(round: number, attempt: number): AttemptTerms {
    const { federationId, federation, loop } = this.#parts;
    const name = { federationId, round, attempt };
    if (openRoundOf(loop.state)?.forStatistics) return termsOfStatistics(name, countedTask(federation.config));
    const updateBytes = layoutBytes(federation.uploadLayoutOf(round) ?? []);
    return termsOfSum(name, sumSizeOf(federation.config, round, clipOf(loop.state)), updateBytes);
  }
}

/** Whom each client knows by which key. */
export function identitiesOf({ clients }: RoundState): Identities {
  return new Map(clients.flatMap(({ id, identity }) => (identity === null ? [] : [[id, decodeKey(identity)] as const])));
}

function keyOf(state: RoundState): ExchangeKey | null {
  const { phase } = state;
  if (phase.kind !== "exchanging") return null;
  const { attempt, step } = phase.exchange;
  return { round: specOf(state, phase.open).round, attempt, step };
}

const outdated = () => new Refusal("WRONG_ROUND", ["stepNotOpen"]);

/** What a client may be told of its answer: it came too late, or what it lacks. */
function refuse(error: unknown): never {
  if (!(error instanceof SecureAggregationError)) throw error;
  throw error.reason === "out of order" ? outdated() : new Refusal("INVALID_ADAPTER", error);
}
