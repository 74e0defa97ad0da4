/** What travels beside the messages of a connection: adapters and answers to secure sums, as blobs that the messages name. */

import { sha256Of } from "@duet/lora-core/checkpoints/sha256";
import { connectionError } from "@duet/lora-core/errors/connectionError";
import { hasCode } from "@duet/lora-core/errors/duetError";
import { type BlobRef, ORGANISER_KEY_HEADER, RESUME_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import type { ReplyOf, RequestInput } from "@duet/lora-core/protocol/messages";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import type { UploadName } from "@duet/lora-core/protocol/sentLedger";
import { downloadBlob } from "./downloadBlob.ts";
import type { LedgerUpload, SentLedger } from "./sentLedger.ts";
import type { SentSaying } from "./sentSentences.ts";
import type { TypedSocket } from "./typedSocket.ts";
import { type BlobUpload, uploadBlob } from "./uploadBlob.ts";

/** Every call throws what {@link TypedSocket.request} does. */
export interface RoundTransfers {
  /** Creates a federation, and sends the adapter that it starts from where its config names one. */
  createFederation(request: RequestInput<"federation:create">, initial: Uint8Array | null): Promise<ReplyOf<"federation:create">>;
  /** What the open round starts from; null in a round that receives none. */
  fetchAdapter(round: number): Promise<Uint8Array | null>;
  /** Sends a round's result, and tells everyone how far that is; a repeat is as good as one. */
  submitRound(submission: RoundSubmission): Promise<void>;
  /** What this client needs for a step of the secure sum; null in the first. */
  fetchForSum(key: ExchangeKey): Promise<Uint8Array | null>;
  /** Answers a step; a repeat is as good as one. */
  answerSum(key: ExchangeKey, content: Uint8Array, madeFrom: readonly SentSaying[]): Promise<void>;
}

export interface RoundSubmission {
  readonly round: number;
  readonly adapter: Uint8Array | null;
  /** What the adapter was made from, for the ledger. */
  readonly madeFrom: readonly SentSaying[];
  readonly metrics: RoundMetrics;
}

export interface TransferParts {
  /** Address of the coordinator, without a slash at the end. */
  readonly url: string;
  readonly request: TypedSocket["request"];
  readonly ledger: Pick<SentLedger, "recordUpload">;
  /** As whom the connection has joined. */
  readonly clientOf: () => Pick<RequestInput<"client:join">, "federationId" | "resumeToken"> | null;
}

type Route = Pick<BlobUpload, "url" | "federationId" | "headers">;

/** Uploads of one submission that the coordinator may lose, by going down, before that is told. */
const MAX_UPLOADS = 3;

export function createRoundTransfers({ url, request, ledger, clientOf }: TransferParts): RoundTransfers {
  /** Where and with which secret this client's adapters travel. */
  function route(): Route {
    const client = clientOf();
    if (!client) throw connectionError("NOT_JOINED", ["notJoined"]);
    return { url, federationId: client.federationId, headers: { [RESUME_TOKEN_HEADER]: client.resumeToken } };
  }

  /** One entry of the ledger, named for what it is, every byte of it counted that leaves. */
  function upload(
    described: Described,
    route: Route,
    content: Uint8Array,
    onHeld: BlobUpload["onHeld"] = () => {},
  ): Promise<void> {
    const blob = blobOf(content);
    const onSent = ledger.recordUpload({ ...described, federationId: route.federationId, blob });
    return uploadBlob({ ...route, blob, content, onSent, onHeld });
  }

  /** Says something about a blob, and sends the blob whenever the coordinator does not have it. */
  async function withBlob(
    described: Described & { readonly name: UploadName },
    content: Uint8Array | null,
    say: () => Promise<unknown>,
  ): Promise<void> {
    const { round } = described.name;
    for (let uploads = 0; ; uploads++) {
      try {
        await say();
        return;
      } catch (error) {
        if (content === null || !hasCode(error, "BLOB_MISSING") || uploads >= MAX_UPLOADS) throw error;
      }
      await upload(described, route(), content, (bytes) => {
        const how = { activity: "uploading", slot: null, loss: null, tokensPerSecond: 0 } as const;
        request("client:progress", { round, ...how, step: bytes, steps: content.byteLength }).catch(() => {});
      });
    }
  }

  return {
    async createFederation(asked, initial) {
      const created = await request("federation:create", asked);
      const { federationId, organiserKey } = created;
      if (initial)
        await upload(STARTING_ADAPTER, { url, federationId, headers: { [ORGANISER_KEY_HEADER]: organiserKey } }, initial);
      return created;
    },
    async fetchAdapter(round) {
      const { adapter } = await request("round:fetch", { round });
      return adapter && downloadBlob({ ...route(), blob: adapter });
    },
    async submitRound({ round, adapter, madeFrom, metrics }) {
      const submission = { round, adapter: adapter && blobOf(adapter), metrics };
      const described = { what: "adapter" as const, madeFrom, name: { round, attempt: null, step: null } };
      await withBlob(described, adapter, () => request("round:submit", submission));
    },
    async fetchForSum(key) {
      const { content } = await request("exchange:fetch", key);
      return content;
    },
    async answerSum(key, content, madeFrom) {
      await withBlob({ what: key.step, madeFrom, name: key }, content, () =>
        request("exchange:send", { ...key, blob: blobOf(content) }),
      );
    },
  };
}

type Described = Pick<LedgerUpload, "what" | "madeFrom" | "name">;

const STARTING_ADAPTER: Described = {
  what: "adapter",
  madeFrom: [["startAdapter"]],
  name: null,
};

const blobOf = (content: Uint8Array): BlobRef => ({ sha256: sha256Of(content), bytes: content.byteLength });
