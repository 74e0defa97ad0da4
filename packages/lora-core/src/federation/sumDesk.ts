/**
 * A client's answers in secure sums of the rounds that it finished. What an attempt needs is on the device before anything made from it
 * leaves; where the device keeps nothing it is in memory alone, and a reload leaves the sum.
 */
import type { SumRequest } from "../contract/secureSum.ts";
import { cryptoRandom } from "../differentialPrivacy/cryptoRandom.ts";
import { DuetError } from "../errors/duetError.ts";
import { MIN_CLIENTS } from "../secureAggregation/attempt.ts";
import { encodeVector } from "../secureAggregation/fixedPoint.ts";
import { publicKeyOf } from "../secureAggregation/identity.ts";
import { decodeKey, decodeMessage, encodeMessage } from "../secureAggregation/messageCodec.ts";
import { agreements, type Delivery, delivery, keyList, survivors } from "../secureAggregation/messages.ts";
import { packVector } from "../secureAggregation/packedVector.ts";
import { openParticipant, type Participant, type ParticipantState } from "../secureAggregation/participant.ts";
import { systemRandomBytes } from "../secureAggregation/randomBytes.ts";
import { noisyUpdateValues, type SharedRound, termsOfSum, updateValues, updateVectorLayout } from "./updateVector.ts";

/** Where a device keeps the newest attempt of each client. Both may reject. */
export interface SumStore {
  sum(clientId: string): Promise<ParticipantState | null>;
  saveSum(clientId: string, state: ParticipantState): Promise<void>;
}

export interface SumDesk {
  /**
   * The bytes that answer a step. Repeated, they are the same.
   * @throws {SecureAggregationError} when what the coordinator handed out must not be answered.
   */
  answer(clientId: string, shared: SharedRound, request: SumRequest): Promise<Uint8Array<ArrayBuffer>>;
}

export function createSumDesk(store: SumStore): SumDesk {
  /** The newest attempt of each client. */
  const states = new Map<string, ParticipantState>();

  async function open(clientId: string, { upload }: SharedRound, request: SumRequest): Promise<Participant> {
    const { key, federationId, size, identitySecret, identities } = request;
    const secretKey = decodeKey(identitySecret);
    const setup = {
      terms: termsOfSum({ federationId, ...key }, size, upload.byteLength),
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
    async answer(clientId, shared, request) {
      const participant = await open(clientId, shared, request);
      const content = request.content ?? new Uint8Array();
      switch (request.key.step) {
        case "keys":
          return encodeMessage(await participant.announce());
        case "shares":
          return encodeMessage(await participant.share(decodeMessage(keyList, content)));
        case "input":
          return maskedBytes(participant, decodeMessage(delivery, content), shared, request, states.get(clientId) ?? null);
        case "agree":
          return encodeMessage(await participant.agree(decodeMessage(survivors, content)));
        case "unmask":
          return encodeMessage(await participant.unmask(decodeMessage(agreements, content)));
        default:
          request.key.step satisfies never;
          throw new DuetError("UNEXPECTED", "There is no such step of a secure sum");
      }
    },
  };
}

/** This client's update under its masks, and with its share of the noise. */
async function maskedBytes(
  participant: Participant,
  shares: Delivery,
  shared: SharedRound,
  { size, weighting }: SumRequest,
  state: ParticipantState | null,
) {
  const layout = updateVectorLayout(size, shared.upload.byteLength / 4);
  const clients = state?.shared?.keyList.entries.length ?? MIN_CLIENTS;
  const values = size.privacy
    ? noisyUpdateValues(shared, { ...size, privacy: size.privacy }, clients, cryptoRandom())
    : updateValues(shared, weighting);
  return packVector(layout, await participant.mask(shares, encodeVector(layout, values, systemRandomBytes).vector));
}
