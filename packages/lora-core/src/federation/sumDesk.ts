/**
 * A client's answers in secure sums of the rounds that it finished. What an attempt needs is on the device before anything made from it
 * leaves; where the device keeps nothing it is in memory alone, and a reload leaves the sum.
 */
import type { SumRequest } from "../contract/secureSum.ts";
import { cryptoRandom } from "../differentialPrivacy/cryptoRandom.ts";
import { workError } from "../errors/workError.ts";
import type { AttemptTerms } from "../secureAggregation/attempt.ts";
import { encodeVector } from "../secureAggregation/fixedPoint.ts";
import { publicKeyOf } from "../secureAggregation/identity.ts";
import { decodeKey, decodeMessage, encodeMessage } from "../secureAggregation/messageCodec.ts";
import { agreements, type Delivery, delivery, keyList, survivors } from "../secureAggregation/messages.ts";
import { MIN_CLIENTS } from "../secureAggregation/minClients.ts";
import { packVector } from "../secureAggregation/packedVector.ts";
import { openParticipant, type Participant, type ParticipantState } from "../secureAggregation/participant.ts";
import { systemRandomBytes } from "../secureAggregation/randomBytes.ts";
import type { VectorLayout } from "../secureAggregation/vectorLayout.ts";
import type { RowStatistics } from "../statistics/rowStatistics.ts";
import { statisticsValues, termsOfStatistics } from "./statisticsVector.ts";
import { noisyUpdateValues, type SharedRound, termsOfSum, updateValues } from "./updateVector.ts";

/** Where a device keeps the newest attempt of each client. Both may reject. */
export interface SumStore {
  sum(clientId: string): Promise<ParticipantState | null>;
  saveSum(clientId: string, state: ParticipantState): Promise<void>;
}

/** What a client puts in: what came of a round, or what its rows are like. */
export type Summand =
  | { readonly kind: "round"; readonly shared: SharedRound }
  | { readonly kind: "statistics"; readonly own: RowStatistics };

export interface SumDesk {
  /**
   * The bytes that answer a step. Repeated, they are the same.
   * @throws {SecureAggregationError} when what the coordinator handed out must not be answered.
   */
  answer(clientId: string, summand: Summand, request: SumRequest): Promise<Uint8Array<ArrayBuffer>>;
}

export function createSumDesk(store: SumStore): SumDesk {
  /** The newest attempt of each client. */
  const states = new Map<string, ParticipantState>();

  async function open(clientId: string, terms: AttemptTerms, request: SumRequest): Promise<Participant> {
    const { identitySecret, identities } = request;
    const secretKey = decodeKey(identitySecret);
    const setup = {
      terms,
      client: clientId,
      identity: { secretKey, publicKey: publicKeyOf(secretKey) },
      identities: new Map(Object.entries(identities).map(([client, known]) => [client, decodeKey(known)])),
      randomBytes: systemRandomBytes,
    };
    const kept = states.get(clientId) ?? (await store.sum(clientId).catch(() => null));
    return openParticipant(setup, kept, async (state) => {
      states.set(clientId, state);
      await store.saveSum(clientId, state).catch(() => {});
    });
  }

  return {
    async answer(clientId, summand, request) {
      const terms = termsOf(summand, request);
      const participant = await open(clientId, terms, request);
      const content = request.content ?? new Uint8Array();
      switch (request.key.step) {
        case "keys":
          return encodeMessage(await participant.announce());
        case "shares":
          return encodeMessage(await participant.share(decodeMessage(keyList, content)));
        case "input":
          return maskedBytes(participant, decodeMessage(delivery, content), terms.layout, () =>
            valuesOf(summand, terms.layout, request, states.get(clientId) ?? null),
          );
        case "agree":
          return encodeMessage(await participant.agree(decodeMessage(survivors, content)));
        case "unmask":
          return encodeMessage(await participant.unmask(decodeMessage(agreements, content)));
        default:
          request.key.step satisfies never;
          throw workError("UNEXPECTED", ["noSumStep"]);
      }
    },
  };
}

function termsOf(summand: Summand, { federationId, key, size }: SumRequest): AttemptTerms {
  const name = { federationId, round: key.round, attempt: key.attempt };
  if (summand.kind === "statistics") {
    return termsOfStatistics(name, { labels: summand.own.labels.length, maxClients: size.maxClients });
  }
  return termsOfSum(name, size, summand.shared.upload.byteLength);
}

/** This client's values under its masks. */
async function maskedBytes(
  participant: Participant,
  shares: Delivery,
  layout: VectorLayout,
  values: () => ReadonlyMap<string, ArrayLike<number>>,
) {
  return packVector(layout, await participant.mask(shares, encodeVector(layout, values(), systemRandomBytes).vector));
}

/** An update goes with its share of the noise. */
function valuesOf(
  summand: Summand,
  layout: VectorLayout,
  { size, weighting }: SumRequest,
  state: ParticipantState | null,
): ReadonlyMap<string, ArrayLike<number>> {
  if (summand.kind === "statistics") return statisticsValues(summand.own, layout);
  const clients = state?.shared?.keyList.entries.length ?? MIN_CLIENTS;
  return size.privacy
    ? noisyUpdateValues(summand.shared, { ...size, privacy: size.privacy }, clients, cryptoRandom())
    : updateValues(summand.shared, weighting, size);
}
