/**
 * The coordinator's side of an attempt as it is stored and travels: answers come in as bytes, step by step; what each client needs for
 * the next step goes out as bytes. Made again from the same answers it is the same.
 */

import { type Aggregator, type BelowThreshold, type Closed, createAggregator, type Recovery } from "./aggregator.ts";
import type { Identities } from "./announcement.ts";
import type { AttemptTerms } from "./attempt.ts";
import { EXCHANGE_STEPS, type ExchangeStep } from "./exchangeStep.ts";
import { decodeMessage, encodeMessage } from "./messageCodec.ts";
import { agreement, type Delivery, keyAnnouncement, revelation, secretShares } from "./messages.ts";

export interface AttemptDesk {
  /** The step that is open; null after the last. */
  readonly step: ExchangeStep | null;
  /** Takes one client's answer; `content` is null for the masked input, which is added up elsewhere. Rejects with a {@link SecureAggregationError}. */
  take(client: string, content: Uint8Array | null): Promise<void>;
  /** Ends the step with the answers of these clients. Says so where too few are left to go on. */
  close(members: readonly string[]): BelowThreshold | null;
  /** What this client needs in order to answer the open step; null where it needs nothing. */
  material(client: string): Uint8Array<ArrayBuffer> | null;
  /** After the last step: what takes the masks off the sum. */
  recover(): Promise<Recovery>;
}

export function createAttemptDesk(terms: AttemptTerms, identities: Identities): AttemptDesk {
  const aggregator = createAggregator(terms, identities);
  let index = 0;
  let revealing: readonly string[] = [];
  let materialOf: (client: string) => Uint8Array<ArrayBuffer> | null = () => null;

  /** Everybody gets the same. */
  const forAll = (closed: Closed<unknown>) => goOn(closed, (value) => () => encodeMessage(value));

  function goOn<T>(
    closed: Closed<T>,
    next: (value: T) => (client: string) => Uint8Array<ArrayBuffer> | null,
  ): BelowThreshold | null {
    if (closed.kind === "belowThreshold") return closed;
    materialOf = next(closed.value);
    index += 1;
    return null;
  }

  const deliveries = (all: ReadonlyMap<string, Delivery>) => (client: string) => {
    const delivery = all.get(client);
    return delivery ? encodeMessage(delivery) : null;
  };

  const steps: Readonly<Record<ExchangeStep, (members: readonly string[]) => BelowThreshold | null>> = {
    keys: (members) => forAll(aggregator.closeKeys(members)),
    shares: (members) => goOn(aggregator.closeShares(members), deliveries),
    input: (members) => forAll(aggregator.closeInputs(members)),
    agree: (members) => forAll(aggregator.closeAgreements(members)),
    unmask(members) {
      revealing = members;
      index += 1;
      return null;
    },
  };

  return {
    get step() {
      return EXCHANGE_STEPS[index] ?? null;
    },
    take: (client, content) => take(aggregator, EXCHANGE_STEPS[index] ?? "unmask", client, content ?? new Uint8Array()),
    close: (members) => steps[EXCHANGE_STEPS[index] ?? "unmask"](members),
    material: (client) => materialOf(client),
    recover: () => aggregator.closeRevelations(revealing),
  };
}

async function take(aggregator: Aggregator, step: ExchangeStep, client: string, content: Uint8Array): Promise<void> {
  if (step === "keys") await aggregator.takeKeys(client, decodeMessage(keyAnnouncement, content));
  if (step === "shares") aggregator.takeShares(client, decodeMessage(secretShares, content));
  if (step === "input") aggregator.takeInput(client);
  if (step === "agree") await aggregator.takeAgreement(client, decodeMessage(agreement, content));
  if (step === "unmask") aggregator.takeRevelation(client, decodeMessage(revelation, content));
}
