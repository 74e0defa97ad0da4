/** What the coordinator serves over HTTP: the web app, base models, sample data, adapters of past rounds. */
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { federationSums } from "@duet/lora-core/federation/federationSums";
import { WATCH_TOKEN_HEADER } from "@duet/lora-core/protocol/blobs";
import type { OriginAnswer } from "@duet/lora-core/protocol/originAnswer";
import { historyBefore } from "@duet/lora-core/protocol/snapshotChange";
import { federationPlans } from "@duet/lora-core/strategies/federationPlans";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { audienceOf } from "../federations/grant.ts";
import type { FederationRegistry } from "../federations/registry.ts";
import type { OriginCheck } from "../gateway/originCheck.ts";
import type { ModelCatalogue } from "../models/modelCatalogue.ts";
import { Refusal } from "../refusal.ts";
import { DamagedArtifactError } from "../storage/artifacts.ts";
import { registerAddresses } from "./addressRoutes.ts";
import { pageBelow } from "./basePath.ts";
import { registerBlobs } from "./blobRoutes.ts";
import { registerFederations } from "./federationRoutes.ts";
import { addHttpGuard } from "./httpGuard.ts";
import { registerOpenId } from "./openIdRoutes.ts";
import { type OperationsParts, registerOperations } from "./operationsRoutes.ts";
import { headerOf, refusalFrom, refuse, statusOf } from "./refusals.ts";
import { resumeAt, sendFile } from "./sendFile.ts";
import { registerSession } from "./sessionRoutes.ts";

const compress = promisify(gzip);

export interface RouteParts extends OperationsParts {
  readonly registry: FederationRegistry;
  readonly catalogue: ModelCatalogue;
  readonly originCheck: OriginCheck;
  /** Path below which browsers reach the page: "" or "/duet". */
  readonly base: string;
  /** Where others may reach it, once it listens. */
  readonly addresses: () => readonly string[];
  /** Folder of sample data (*.json); null serves none. */
  readonly samplesDir: string | null;
  /** Folder of the built web app; null serves none. */
  readonly webDir: string | null;
  readonly logger: Logger;
}

/** Registers every route. */
export async function registerRoutes(app: FastifyInstance, parts: RouteParts): Promise<void> {
  app.setErrorHandler((error, _request, reply) => refuse(reply, error, parts.logger));
  app.addHook("onError", async (_request, _reply, error) => parts.metrics.tally.refused(refusalFrom(error).code));
  addHttpGuard(app, parts.access);
  registerOperations(app, parts);
  registerOrigin(app, parts.originCheck);
  registerModels(app, parts.catalogue);
  registerAdapters(app, parts.registry);
  registerHistory(app, parts.registry);
  registerPlans(app, parts.registry);
  registerReceived(app, parts.registry);
  registerAddresses(app, parts.registry, parts.addresses);
  await registerSession(app, parts.access, parts.logger);
  if (parts.access.openId) registerOpenId(app, parts.access, parts.access.openId, parts.base);
  await registerBlobs(app, parts.registry, parts.logger, parts.metrics.tally);
  await registerFederations(app, parts.registry, parts.logger);
  if (parts.samplesDir !== null) await registerSamples(app, parts.samplesDir);
  await registerWebApp(app, parts);
}

/** Browsers hide why a socket was refused, so the page asks here; it names its own origin, which browsers leave out of such requests. */
function registerOrigin(app: FastifyInstance, originCheck: OriginCheck): void {
  app.get<{ Querystring: { page?: unknown } }>("/origin", async ({ query, raw }, reply): Promise<OriginAnswer> => {
    reply.header("cache-control", "no-store");
    const refusal = originCheck.refusal(raw, typeof query.page === "string" ? query.page : undefined);
    return refusal === null ? { refusal } : { refusal: refusal.message, ...(refusal.told && { told: refusal.told }) };
  });
}

/** With `?sha256=` of the right file the address never changes its content, so it may be cached for good. */
function registerModels(app: FastifyInstance, catalogue: ModelCatalogue): void {
  app.get<{ Params: { id: string; file: string }; Querystring: { sha256?: string } }>(
    "/models/:id/:file",
    async (request, reply) => {
      const model = catalogue.get(request.params.id);
      const listed = model?.model.files.find(({ path }) => path === request.params.file);
      if (!model || !listed) return notFound(reply, "There is no such model file");
      const { path: file, sha256: hash } = listed;
      const isPinned = request.query.sha256 === hash;
      reply.header("etag", `"${hash}"`).header("cache-control", isPinned ? "public, max-age=31536000, immutable" : "no-cache");
      if (request.headers["if-none-match"] === `"${hash}"`) return reply.code(304).send();
      return sendFile(
        reply.header("accept-ranges", "bytes"),
        join(model.folder, file),
        file,
        resumeAt(request.headers, `"${hash}"`),
      );
    },
  );
}

/** The shared adapter after a round, or the initial one, for who may watch, by the code in `x-watch-token`. */
function registerAdapters(app: FastifyInstance, registry: FederationRegistry): void {
  app.get<{ Params: { id: string; file: string } }>("/federations/:id/adapters/:file", async (request, reply) => {
    const name = /^(\d{1,5}|initial)\.safetensors$/.exec(request.params.file)?.[1];
    const found = await watched(registry, request);
    if (found instanceof Refusal) return refused(reply, found);
    const { runner } = found;
    if (name === undefined) return notFound(reply, "There is no such adapter");
    const isThere = name === "initial" || runner.state.rounds.some((closed) => closed.round === Number(name));
    const path = isThere ? await runner.adapterFile(name === "initial" ? name : Number(name)).catch(asDamaged) : null;
    if (path instanceof DamagedArtifactError) return reply.code(500).send({ error: path.message });
    if (path === null) return notFound(reply, missingWords(name, isThere && name !== "initial"));
    reply.header("content-disposition", `attachment; filename="shared-${name}.safetensors"`);
    // A round is aggregated once: its file never changes.
    const etag = `"${runner.id}-${name}"`;
    reply.header("etag", etag).header("accept-ranges", "bytes");
    return sendFile(reply, path, "model.safetensors", resumeAt(request.headers, etag));
  });
}

/** The rounds before one, for who may watch: what the first push to a watcher leaves out. */
function registerHistory(app: FastifyInstance, registry: FederationRegistry): void {
  app.get<{ Params: { id: string }; Querystring: { before?: unknown } }>("/federations/:id/history", async (request, reply) => {
    const found = await watched(registry, request);
    if (found instanceof Refusal) return refused(reply, found);
    const before = Number(request.query.before ?? Number.MAX_SAFE_INTEGER);
    if (!Number.isSafeInteger(before)) return reply.code(400).send({ error: "before is the number of a round" });
    const piece = historyBefore(found.runner.snapshotFor(audienceOf(found.grant)), before);
    reply.header("cache-control", "no-store").type("application/json").header("content-encoding", "gzip");
    return reply.send(await compress(JSON.stringify(piece)));
  });
}

/** What clients do in every round, as data, for who may watch: for clients that are not written with lora-core. */
function registerPlans(app: FastifyInstance, registry: FederationRegistry): void {
  app.get<{ Params: { id: string } }>("/federations/:id/plans", async (request, reply) => {
    const found = await watched(registry, request);
    if (found instanceof Refusal) return refused(reply, found);
    const { config } = found.runner.federation;
    const plans = federationPlans(config.strategy, config);
    return reply.header("cache-control", "no-store").send({ ...plans, sums: federationSums(config, plans) });
  });
}

/** What is on record that a client sent, by names and hashes, for who may watch: what a client's ledger is checked against. */
function registerReceived(app: FastifyInstance, registry: FederationRegistry): void {
  app.get<{ Params: { id: string; client: string } }>("/federations/:id/received/:client", async (request, reply) => {
    const { id, client } = request.params;
    reply.header("cache-control", "no-store");
    try {
      return await registry.received(id, headerOf(request.headers, WATCH_TOKEN_HEADER) ?? "", client);
    } catch (error) {
      if (error instanceof Refusal) return refused(reply, error);
      throw error;
    }
  });
}

async function registerSamples(app: FastifyInstance, samplesDir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: samplesDir,
    prefix: "/samples/",
    decorateReply: false,
    preCompressed: true,
    allowedPath: (path) => /^\/[\w-]+\.json$/.test(path),
    cacheControl: false,
    setHeaders: (reply) => void reply.header("cache-control", "no-cache"),
  });
}

/** Files with a hash in their name are cached for good; every other address is the page, which finds its own way. */
async function registerWebApp(app: FastifyInstance, { webDir, base }: RouteParts): Promise<void> {
  if (webDir === null) {
    app.setNotFoundHandler((_request, reply) => notFound(reply, "There is nothing here"));
    return;
  }
  const sendPage = async (reply: FastifyReply) => {
    const html = await readFile(join(webDir, "index.html"), "utf8");
    return reply.header("cache-control", "no-cache").type("text/html; charset=utf-8").send(pageBelow(base, html));
  };
  await app.register(fastifyStatic, {
    root: webDir,
    index: false,
    // The build writes each file's compressed forms beside it.
    preCompressed: true,
    allowedPath: (path) => !/\.(html|br|gz)$/.test(path),
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header(
        "cache-control",
        relative(webDir, path).startsWith("assets") ? "public, max-age=31536000, immutable" : "no-cache",
      );
    },
  });
  app.get("/", (_request, reply) => sendPage(reply));
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
    return isPage ? sendPage(reply) : notFound(reply, "There is nothing here");
  });
}

/** For who may watch; why not otherwise. The code comes in a header, because addresses end up in logs. @throws every other error. */
async function watched(registry: FederationRegistry, { params, headers }: FastifyRequest<{ Params: { id: string } }>) {
  try {
    return await registry.authorise(params.id, headerOf(headers, WATCH_TOKEN_HEADER) ?? "", "watch");
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const refused = (reply: FastifyReply, { code, message }: Refusal) => reply.code(statusOf(code)).send({ error: message });

/** The error where it says what is wrong. @throws every other one. */
function asDamaged(error: unknown): DamagedArtifactError {
  if (error instanceof DamagedArtifactError) return error;
  throw error;
}

function missingWords(name: string, wasThere: boolean): string {
  return wasThere
    ? `The shared adapter of round ${name} is not kept any more: this coordinator keeps those of the last rounds`
    : `There is no shared adapter "${name}"`;
}

function notFound(reply: FastifyReply, error: string): FastifyReply {
  return reply.code(404).send({ error });
}
