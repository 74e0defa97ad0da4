/** What the coordinator serves over HTTP: the web app, base models, sample data, adapters of past rounds. */
import { createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { basename, join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { FederationRegistry } from "../federations/registry.ts";
import { mayWatch } from "../gateway/handlers.ts";
import type { ModelCatalogue } from "../models/modelCatalogue.ts";
import { Refusal } from "../refusal.ts";

export interface RouteParts {
  readonly registry: FederationRegistry;
  readonly catalogue: ModelCatalogue;
  /** Folder of sample data (*.json); null serves none. */
  readonly samplesDir: string | null;
  /** Folder of the built web app; null serves none. */
  readonly webDir: string | null;
}

/** Registers every route. */
export async function registerRoutes(app: FastifyInstance, parts: RouteParts): Promise<void> {
  app.get("/health", async () => ({ status: "ok", federations: parts.registry.list().length }));
  registerModels(app, parts.catalogue);
  registerAdapters(app, parts.registry);
  if (parts.samplesDir !== null) registerSamples(app, parts.samplesDir);
  await registerWebApp(app, parts.webDir);
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

/** The shared adapter after a round, or the initial one, for who may watch; the token comes in `x-watch-token` or `?token=`. */
function registerAdapters(app: FastifyInstance, registry: FederationRegistry): void {
  app.get<{ Params: { id: string; file: string }; Querystring: { token?: string } }>(
    "/federations/:id/adapters/:file",
    async (request, reply) => {
      const name = /^(\d{1,5}|initial)\.safetensors$/.exec(request.params.file)?.[1];
      const header = request.headers["x-watch-token"];
      const token = typeof header === "string" ? header : request.query.token;
      const runner = findOrNull(registry, request.params.id);
      if (!runner || name === undefined) return notFound(reply, "There is no such adapter");
      if (token === undefined || !mayWatch(runner, token)) {
        return reply.code(403).send({ error: "This needs the federation's watch token" });
      }
      const path = runner.adapterPath(name === "initial" ? name : Number(name));
      const isThere = name === "initial" || runner.state.rounds.some((closed) => closed.round === Number(name));
      if (!isThere || !(await exists(path))) return notFound(reply, `There is no shared adapter "${name}"`);
      reply.header("content-disposition", `attachment; filename="shared-${name}.safetensors"`);
      return sendFile(reply, path, "model.safetensors");
    },
  );
}

function registerSamples(app: FastifyInstance, samplesDir: string): void {
  app.get<{ Params: { file: string } }>("/samples/:file", async (request, reply) => {
    const { file } = request.params;
    const path = join(samplesDir, basename(file));
    if (!/^[\w-]+\.json$/.test(file) || !(await exists(path))) return notFound(reply, "There is no such sample");
    reply.header("cache-control", "no-cache");
    return sendFile(reply, path, "config.json");
  });
}

/** Files with a hash in their name are cached for good; every other address is the page, which finds its own way. */
async function registerWebApp(app: FastifyInstance, webDir: string | null): Promise<void> {
  if (webDir === null) {
    app.setNotFoundHandler((_request, reply) => notFound(reply, "There is nothing here"));
    return;
  }
  await app.register(fastifyStatic, {
    root: webDir,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header("cache-control", path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
    return isPage ? reply.sendFile("index.html") : notFound(reply, "There is nothing here");
  });
}

/** First byte asked for by a client that has the beginning of this version, or takes what is there; 0 sends the whole file. */
function resumeAt(headers: IncomingHttpHeaders, etag: string): number {
  const { range, "if-range": version = etag } = headers;
  return version === etag ? Number(/^bytes=(\d{1,15})-$/.exec(range ?? "")?.[1] ?? 0) : 0;
}

/** The file from byte `start` on; all of it where there is no such byte. */
async function sendFile(reply: FastifyReply, path: string, kind: string, start = 0) {
  const { size } = await stat(path);
  const isPart = start > 0 && start < size;
  if (isPart) reply.code(206).header("content-range", `bytes ${start}-${size - 1}/${size}`);
  reply.header("content-length", isPart ? size - start : size);
  reply.type(kind.endsWith(".json") ? "application/json; charset=utf-8" : "application/octet-stream");
  return reply.send(createReadStream(path, { start: isPart ? start : 0 }));
}

function findOrNull(registry: FederationRegistry, id: string) {
  try {
    return registry.find(id);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function notFound(reply: FastifyReply, error: string): FastifyReply {
  return reply.code(404).send({ error });
}
