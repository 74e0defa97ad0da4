/** The composition root: puts the parts together. The program, the demo and the tests all start here. */
import { lookup } from "node:dns/promises";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { DEFAULT_HUB } from "@duet/lora-core/checkpoints/hubAddress";
import fastify from "fastify";
import { type Logger, pino } from "pino";
import { createAudit } from "./access/audit.ts";
import { createAccess } from "./access/createAccess.ts";
import { assertProtected } from "./access/creation.ts";
import type { OpenIdSettings } from "./access/openId.ts";
import { ownAddresses } from "./access/ownAddresses.ts";
import { type ComputeThreads, createComputeThreads } from "./compute/computeThreads.ts";
import { createLinkCodes } from "./federations/linkCodes.ts";
import { type FederationRegistry, openFederationRegistry } from "./federations/registry.ts";
import { guardedHandlers } from "./gateway/guardedHandlers.ts";
import { createHandlers } from "./gateway/handlers.ts";
import { createOriginCheck } from "./gateway/originCheck.ts";
import { createSocketGateway, type GatewayParts } from "./gateway/socketGateway.ts";
import { takeOffBase } from "./http/basePath.ts";
import { addFrontDoor } from "./http/frontDoor.ts";
import { refuseRaw, unreadableRefusal } from "./http/rawAnswer.ts";
import { statusOf } from "./http/refusals.ts";
import { registerRoutes } from "./http/routes.ts";
import { createSecurityHeaders } from "./http/securityHeaders.ts";
import { modelPathsIn, readModelCatalogue } from "./models/modelCatalogue.ts";
import { createMetrics, type Surveyed } from "./operations/metrics.ts";
import type { MlflowSettings } from "./operations/mlflowClient.ts";
import { createMlflowReport } from "./operations/mlflowReport.ts";
import { createReadiness } from "./operations/readiness.ts";
import { type Clock, systemClock } from "./ports/clock.ts";
import { nodeKeyOf, noNodes } from "./ports/nodeHeader.ts";
import { createNodeLinks } from "./ports/nodeLinks.ts";
import { Refusal } from "./refusal.ts";
import { type BlobStore, openBlobFolder } from "./storage/blobStore.ts";
import { type BucketSettings, openBucket } from "./storage/bucket.ts";
import { blobsIn } from "./storage/bucketBlobs.ts";
import { lockDataFolder } from "./storage/dataFolderLock.ts";
import { openEndedSessions } from "./storage/endedSessions.ts";
import { ensureFolder, type HashFile } from "./storage/files.ts";
import { joinNodes } from "./storage/nodeOwnership.ts";
import { type Elsewhere, openStorage, type Storage } from "./storage/openStorage.ts";
import { openSecretKey } from "./storage/secretKey.ts";
import { createTeamRelay } from "./team/teamRelay.ts";

export interface CoordinatorOptions {
  /** Everything that must survive a restart. Made when it is not there. */
  readonly dataDir: string;
  /** Address of a PostgreSQL server (postgres://…); its own database in the data folder by default. */
  readonly databaseUrl?: string | null;
  /** Adapters are there in place of the data folder: a folder on the same disk, or a bucket. */
  readonly blobs?: string | BucketSettings | null;
  /** It shares its database and its blobs with other nodes; null for one that is alone. */
  readonly node?: NodeSettings | null;
  /** Rounds before the newest whose shared adapters are kept. */
  readonly keepRounds?: number;
  /** Federations that ended so long ago are archived; none by default. */
  readonly archiveAfterDays?: number | null;
  /** Folder of base models: folders and GGUF files; null serves none of them. */
  readonly modelsDir: string | null;
  /** Further base models by their own paths. */
  readonly modelPaths?: readonly string[];
  /** Where hub addresses of base models point to; pages may connect there. The Hugging Face hub by default. */
  readonly hub?: string;
  /** The id of an app that is registered there for this coordinator's address, so that people can sign in; none by default. */
  readonly hubClientId?: string | null;
  /** Built web app; null serves none. */
  readonly webDir: string | null;
  /** Sample data for the page (*.json); none by default. */
  readonly samplesDir?: string | null;
  /** Path below which it is reached, as "/duet"; the root by default. */
  readonly base?: string;
  /** Origins at which people open the page, besides the address at which the coordinator is reached. */
  readonly origins?: readonly string[];
  /** Addresses of proxies whose X-Forwarded-For, -Host and -Proto are believed; none by default. */
  readonly trustProxy?: readonly string[];
  /** SHA-256 of the operator key, hex: who has the key may create federations. Without one everybody on this machine may. */
  readonly operatorKeyHash?: string | null;
  readonly clock?: Clock;
  /** Silent by default. */
  readonly logger?: Logger;
  /** An OpenID provider whose accounts may create federations. */
  readonly openId?: OpenIdSettings | null;
  /** File that the audit log is also written to; none by default. */
  readonly auditLog?: string | null;
  /** A tracking server that gets the figures of rounds; none by default. */
  readonly mlflow?: MlflowSettings | null;
  readonly limits?: {
    /** Federations in all. */
    readonly maxFederations?: number | undefined;
    /** Created from one network address, or by one account. */
    readonly federationsPerHour?: number | undefined;
    readonly socketsPerAddress?: number | undefined;
    readonly joinsAtOnce?: number | undefined;
  };
}

export interface NodeSettings {
  /** Where the other nodes reach it. */
  readonly url: string;
  /** Folder with the secrets that all nodes have. */
  readonly keysDir: string;
}

export interface Coordinator {
  /**
   * Reads the models, restores every federation, listens; port 0 takes any free one. Call once. `url` has the base path in it.
   * @throws {DataFolderInUseError} while another coordinator has the data folder; a system error when it cannot listen; an Error with a
   * sentence when strangers would reach it and could create federations.
   */
  listen(port: number, host?: string): Promise<{ readonly url: string }>;
  /** Disconnects everyone and closes every file; what runs goes on when the same data folder is opened again. */
  close(): Promise<void>;
}

const silent = pino({ level: "silent" });
const MAX_FEDERATIONS = 1000;
const DEFAULT_KEEP_ROUNDS = 3;
/** How long a request may take to arrive: the largest is one piece of an adapter. Answers take as long as they take. */
const REQUEST_TIMEOUT_MS = 5 * 60_000;
/** How long its headers may take; a connection that says nothing ends then, too. */
const HEADERS_TIMEOUT_MS = 10_000;
const CONNECTIONS_CHECK_MS = 2_000;
/** How long a connection is kept for a next request. */
const KEEP_ALIVE_MS = 20_000;

/** Nothing is read and nothing runs before {@link Coordinator.listen}. */
export function createCoordinator(options: CoordinatorOptions): Coordinator {
  const { origins = [], trustProxy = [], operatorKeyHash = null, openId = null } = options;
  let opened: Awaited<ReturnType<typeof open>> | null = null;
  return {
    async listen(port, host = "127.0.0.1") {
      assertProtected({ host, origins, trustProxy, hasWayIn: operatorKeyHash !== null || openId !== null });
      opened = await open(options, host);
      // By its address: of a name Fastify would make listeners of its own.
      await opened.app.listen({ port, host: (await lookup(host)).address });
      const url = urlOf(opened.app.server.address()) + (options.base ?? "");
      await opened.lock.announce(url);
      return { url };
    },
    async close() {
      const closing = opened?.gateway.close();
      // It waits for every connection, and browsers keep theirs. What is cut off here is taken up again after the restart.
      opened?.app.server.closeAllConnections();
      await closing;
      await opened?.app.close();
      await opened?.compute.close();
      await opened?.registry.close();
      await opened?.mlflow?.close();
      opened?.audit.close();
      await opened?.storage.close();
      await opened?.lock.release();
      opened = null;
    },
  };
}

/** Takes the data folder and opens what is in it. */
async function open(options: CoordinatorOptions, host: string) {
  await ensureFolder(options.dataDir);
  const lock = await lockDataFolder(options.dataDir);
  const compute = createComputeThreads();
  let storage: Storage | null = null;
  try {
    const hashFile: HashFile = (path) => compute.run("hash", path);
    storage = await openStorage(options.dataDir, options.databaseUrl ?? null, hashFile, elsewhere(options));
    return { lock, storage, compute, ...(await openParts(options, storage, compute, host)) };
  } catch (error) {
    await compute.close();
    await storage?.close();
    await lock.release();
    throw error;
  }
}

/** @throws {Error} with a sentence for a node that has nothing to share. */
function elsewhere({ databaseUrl, blobs, node, clock = systemClock, logger = silent }: CoordinatorOptions): Elsewhere {
  if (node && !(databaseUrl && blobs)) throw new Error("One of several nodes needs --database and --blobs; see docs/deploy.md.");
  return {
    ...(blobs ? { openBlobs: (local, hashFile) => openBlobs(blobs, local, hashFile) } : {}),
    ...(node ? { share: (database) => joinNodes({ database, url: node.url, clock, logger }) } : {}),
  };
}

async function openBlobs(place: string | BucketSettings, local: string, hashFile: HashFile): Promise<BlobStore> {
  if (typeof place === "string") return openBlobFolder(place, hashFile);
  return blobsIn(openBucket(place), await openBlobFolder(local, hashFile));
}

/** Reads the models, restores every federation, and builds both servers. */
async function openParts(options: CoordinatorOptions, storage: Storage, compute: ComputeThreads, host: string) {
  const { modelsDir, modelPaths = [], webDir, samplesDir = null } = options;
  const { base = "", origins = [], trustProxy = [], operatorKeyHash = null, openId = null } = options;
  const { hub = DEFAULT_HUB, clock = systemClock, logger = silent } = options;
  const catalogue = await readModelCatalogue(
    [...(modelsDir === null ? [] : await modelPathsIn(modelsDir)), ...modelPaths],
    logger,
  );
  const maxFederations = options.limits?.maxFederations ?? MAX_FEDERATIONS;
  const keepRounds = options.keepRounds ?? DEFAULT_KEEP_ROUNDS;
  const archiveAfterDays = options.archiveAfterDays ?? null;
  const kept = { keepRounds, archiveAfterDays };
  const metrics = createMetrics();
  const { tally } = metrics;
  const { dataDir } = options;
  const { node = null } = options;
  const secretKey = (name: Parameters<typeof openSecretKey>[1]) => openSecretKey(node?.keysDir ?? dataDir, name, node !== null);
  const codes = createLinkCodes(await secretKey("link-key"));
  const nodes = node ? nodeKeyOf(await secretKey("node-key")) : noNodes;
  const links = createNodeLinks();
  const mlflow = options.mlflow ? createMlflowReport({ ...options.mlflow, logger }) : null;
  const report = mlflow?.report ?? null;
  const surroundings = { storage, codes, catalogue, compute, clock, logger, tally, report, links };
  const registry = await openFederationRegistry({ ...surroundings, maxFederations, ...kept });
  const signingKey = await secretKey("session-key");
  const audit = createAudit(logger, options.auditLog ?? null);
  const endedSessions = await openEndedSessions(storage.database, clock.now());
  const way = { host, base, origins, trustProxy, operatorKeyHash, openId, signingKey, endedSessions, nodes };
  const access = createAccess({ ...way, ...options.limits, clock, audit });
  const headers = createSecurityHeaders(hub, access.trusts);
  const app = fastify({
    forceCloseConnections: true,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CONNECTIONS_CHECK_MS, requireHostHeader: false },
    clientErrorHandler: (error, socket) => refuseRaw(socket, headers(null), unreadableRefusal(error)),
  });
  const originCheck = createOriginCheck({ origins, trustProxy }, logger);
  const folders = { samplesDir: samplesDir && resolve(samplesDir), webDir: webDir && resolve(webDir) };
  const survey = () => surveyed(registry, compute);
  const readiness = createReadiness({ dataDir, database: storage.database, unreadable: () => registry.unreadable, clock });
  const operations = { metrics, survey, readiness };
  const addresses = () => ownAddresses({ host, port: portOf(app.server.address()), base, origins });
  await registerRoutes(app, { registry, access, catalogue, originCheck, base, addresses, logger, ...operations, ...folders });
  const plain = createHandlers({
    registry,
    catalogue,
    clock,
    teams: createTeamRelay(clock, tally),
    hub,
    hubClientId: options.hubClientId ?? null,
  });
  const handlers = guardedHandlers(plain, access);
  const refuseHandshake: GatewayParts["refuseHandshake"] = (request, socket, why) => {
    const refusal = typeof why === "string" ? new Refusal("INVALID_PAYLOAD", { message: why, told: null }) : why;
    const { code, message, told, retryAfterMs } = refusal;
    refuseRaw(socket, headers(request), { status: statusOf(code), code, message, told, retryAfterMs });
  };
  const { placeOf } = registry;
  const gateway = createSocketGateway(app.server, {
    placeOf,
    links,
    handlers,
    access,
    originCheck,
    clock,
    logger,
    tally,
    headers,
    refuseHandshake,
  });
  const { hostCheck, addressOf } = access;
  addFrontDoor(app.server, { hostCheck, originCheck, headers, tally, nodes, links, placeOf, addressOf });
  takeOffBase(app.server, base);
  return { app, gateway, registry, audit, mlflow };
}

function surveyed({ size, unreadable, openNow }: FederationRegistry, compute: ComputeThreads): Surveyed {
  return { federations: { size, unreadable, open: openNow.federations, clients: openNow.clients }, compute };
}

const portOf = (address: AddressInfo | string | null): number => (typeof address === "object" && address ? address.port : 0);

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === "string") throw new Error("The coordinator does not listen on a port");
  const everywhere = address.address === "::" || address.address === "0.0.0.0";
  const host = everywhere ? "localhost" : address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
