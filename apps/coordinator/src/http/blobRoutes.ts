/** Adapters on their way up and down, as `protocol/blobs.ts` describes it. Who asks is known before a body is read. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import {
  ORGANISER_KEY_HEADER,
  type PieceRange,
  parsePieceRange,
  RESUME_TOKEN_HEADER,
  sha256Hex,
  type UploadState,
} from "@duet/lora-core/protocol/blobs";
import type { Result } from "@duet/lora-core/protocol/errors";
import { MAX_PIECE_BYTES } from "@duet/lora-core/protocol/limits";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { FederationRegistry } from "../federations/registry.ts";
import type { Tally } from "../ports/tally.ts";
import { Refusal } from "../refusal.ts";
import type { Receive } from "../storage/pendingUploads.ts";
import { createSharedReads } from "../storage/sharedReads.ts";
import { readPiece } from "./readPiece.ts";
import { headerOf, refuse } from "./refusals.ts";
import { resumeAt, sendFile } from "./sendFile.ts";

/** Requests of one client at a time: one that works, and those that it gave up and that have not noticed yet. */
const MAX_PUTS_PER_OWNER = 4;
/** Of shared adapters that many are downloading. */
const MAX_SHARED_BYTES = 32 * 1024 ** 2;

interface BlobAddress {
  Params: { id: string; sha256: string };
}

interface Upload {
  readonly range: PieceRange;
  readonly receive: Receive;
}

/** Registers both directions. */
export async function registerBlobs(
  app: FastifyInstance,
  registry: FederationRegistry,
  logger: Logger,
  tally: Pick<Tally, "moved">,
): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => refuse(reply, error, logger));
    scope.addHook("onResponse", async ({ method, headers }, reply) => {
      if (reply.statusCode >= 300) return;
      const isUp = method === "PUT";
      tally.moved(isUp ? "up" : "down", Number(isUp ? headers["content-length"] : reply.getHeader("content-length")) || 0);
    });
    registerUploads(scope, registry);
    registerDownloads(scope, registry);
  });
}

function registerUploads(app: FastifyInstance, registry: FederationRegistry): void {
  const uploads = new WeakMap<FastifyRequest, Upload>();
  const running = new Map<string, number>();

  /** Counts this request of its owner until it is over. */
  function enter(owner: string, reply: FastifyReply): void {
    const count = running.get(owner) ?? 0;
    if (count >= MAX_PUTS_PER_OWNER) throw new Refusal("RATE_LIMITED", ["onePiece"]);
    running.set(owner, count + 1);
    reply.raw.once("close", () => {
      const left = (running.get(owner) ?? 1) - 1;
      if (left > 0) running.set(owner, left);
      else running.delete(owner);
    });
  }

  app.addContentTypeParser("application/octet-stream", (request: FastifyRequest, body: IncomingMessage) =>
    readPiece(body, uploads.get(request)?.range.length ?? 0),
  );
  app.put<BlobAddress>("/federations/:id/blobs/:sha256", {
    bodyLimit: MAX_PIECE_BYTES,
    onRequest: async (request, reply) => {
      const { id, sha256 } = request.params as BlobAddress["Params"];
      const { owner, receive } = await uploaderOf(registry, id, request.headers);
      if (!sha256Hex.safeParse(sha256).success) throw new Refusal("INVALID_PAYLOAD", ["blobByName"]);
      const range = parsePieceRange(request.headers["content-range"]);
      if (!range) throw new Refusal("INVALID_PAYLOAD", ["rangeNamesPiece"]);
      enter(`${id}/${owner}`, reply);
      uploads.set(request, { range, receive });
    },
    async handler(request): Promise<Result<UploadState>> {
      const { range, receive } = uploads.get(request) as Upload;
      const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      if (bytes.byteLength !== range.length) throw new Refusal("INVALID_PAYLOAD", ["otherLength"]);
      const blob = { sha256: request.params.sha256, bytes: range.total };
      return { ok: true, data: { receivedBytes: await receive(blob, { start: range.start, bytes }) } };
    },
  });
}

/** What `round:fetch` named, for the federation's clients. */
function registerDownloads(app: FastifyInstance, registry: FederationRegistry): void {
  const reads = createSharedReads(MAX_SHARED_BYTES);
  app.get<BlobAddress>("/federations/:id/blobs/:sha256", async (request, reply) => {
    const { id, sha256 } = request.params;
    const { runner } = await clientOf(registry, id, request.headers);
    const isOffered = sha256Hex.safeParse(sha256).success && runner.transfers.offers(sha256);
    const file = isOffered ? await reads.get(`${id}/${sha256}`, () => runner.transfers.offeredFile(sha256)) : null;
    if (file === null) throw new Refusal("NOT_FOUND", ["noAdapterNow"]);
    const etag = `"${sha256}"`;
    reply.header("etag", etag).header("cache-control", "private, max-age=31536000, immutable").header("accept-ranges", "bytes");
    if (request.headers["if-none-match"] === etag) return reply.code(304).send();
    return sendFile(reply, file, "model.safetensors", resumeAt(request.headers, etag));
  });
}

/** By the secret that came along. @throws {Refusal} FORBIDDEN for strangers. */
async function uploaderOf(
  registry: FederationRegistry,
  id: string,
  headers: IncomingHttpHeaders,
): Promise<{ owner: string; receive: Receive }> {
  const organiserKey = headerOf(headers, ORGANISER_KEY_HEADER);
  if (organiserKey !== null) return { owner: organiserKey, receive: await registry.initialUpload(id, organiserKey) };
  const { runner, clientId } = await clientOf(registry, id, headers);
  return { owner: clientId, receive: (blob, piece) => runner.transfers.receive(clientId, blob, piece) };
}

/** The client whose resume token came along. @throws {Refusal} FORBIDDEN, NOT_JOINED */
async function clientOf(registry: FederationRegistry, id: string, headers: IncomingHttpHeaders) {
  const { runner, grant } = await registry.authorise(id, headerOf(headers, RESUME_TOKEN_HEADER) ?? "", "client");
  if (grant.kind !== "client") throw new Refusal("FORBIDDEN", ["noClientCode"]);
  runner.members.assertHere(grant.clientId);
  return { runner, clientId: grant.clientId };
}
