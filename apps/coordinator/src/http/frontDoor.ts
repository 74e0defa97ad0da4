/**
 * In front of everything, HTTP and sockets alike: every answer gets its headers, and who asks for a host that is none of the
 * coordinator's, or changes something from the page of another site, comes no further.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { HostCheck } from "../access/hostCheck.ts";
import type { OriginCheck } from "../gateway/originCheck.ts";
import { failureOf } from "../gateway/validated.ts";
import type { NodeKey } from "../ports/nodeHeader.ts";
import type { NodeLinks } from "../ports/nodeLinks.ts";
import type { Tally } from "../ports/tally.ts";
import { type RawRefusal, refuseRaw } from "./rawAnswer.ts";
import { federationOf, passOn } from "./requestRelay.ts";
import type { SecurityHeaders } from "./securityHeaders.ts";

export interface FrontDoorParts {
  readonly hostCheck: HostCheck;
  readonly originCheck: OriginCheck;
  readonly headers: SecurityHeaders;
  readonly tally: Pick<Tally, "refused">;
  readonly nodes: NodeKey;
  readonly links: NodeLinks;
  /** See FederationRegistry. */
  readonly placeOf: (federationId: string) => Promise<string | null>;
  readonly addressOf: (request: IncomingMessage) => string;
}

const READING = new Set(["GET", "HEAD", "OPTIONS"]);
/** Where a page asks why it is refused. */
const ORIGIN_PATH = /^\/origin(\?|$)/;
const SOCKET_PATH = "/socket.io/";

/** Call it after all other listeners were added; what is added later stands before it. */
export function addFrontDoor(server: Server, parts: FrontDoorParts): void {
  const { hostCheck, originCheck, headers, tally, nodes, links, placeOf, addressOf } = parts;
  const onward = { request: server.listeners("request"), upgrade: server.listeners("upgrade") };
  server.removeAllListeners("request").removeAllListeners("upgrade");

  function refusalOf(request: IncomingMessage): RawRefusal | null {
    // The node that passes it on has looked.
    if (nodes.isNode(request.headers)) return null;
    const { method = "GET", url = "/", httpVersion } = request;
    if (request.headers.host === undefined && httpVersion === "1.1") {
      return { status: 400, code: "INVALID_PAYLOAD", message: "This request names no host" };
    }
    const foreignHost = ORIGIN_PATH.test(url) ? null : hostCheck(request);
    if (foreignHost !== null) return { status: 403, code: "WRONG_HOST", message: foreignHost };
    const foreignPage = READING.has(method) ? null : originCheck.refusal(request);
    if (foreignPage === null) return null;
    const { code, message, told } = foreignPage;
    return { status: 403, code, message, told };
  }
  function refusalCounted(request: IncomingMessage): RawRefusal | null {
    const refusal = refusalOf(request);
    if (refusal) tally.refused(refusal.code);
    return refusal;
  }

  /** People get the sentence, programs what they get elsewhere. */
  function refuse({ headers: { accept } }: IncomingMessage, response: ServerResponse, { status, ...refusal }: RawRefusal): void {
    const isPage = accept?.includes("text/html") === true;
    response.writeHead(status, {
      "content-type": `${isPage ? "text/plain" : "application/json"}; charset=utf-8`,
      connection: "close",
    });
    response.end(isPage ? refusal.message : JSON.stringify(failureOf(refusal)));
  }

  /** Here, or by the node that runs the federation. */
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const federationId = nodes.isNode(request.headers) ? null : federationOf(request.url ?? "/");
    try {
      const node = federationId === null ? null : await placeOf(federationId);
      if (node !== null) passOn({ node, headers: nodes.headersFor(addressOf(request)), links }, request, response);
      else for (const listener of onward.request) listener.call(server, request, response);
    } catch {
      // The database does not say where: who asked asks again.
      response.destroy();
    }
  }

  server.on("request", (request, response) => {
    for (const [name, value] of Object.entries(headers(request))) response.setHeader(name, value);
    const refusal = refusalCounted(request);
    if (refusal) refuse(request, response, refusal);
    else void answer(request, response);
  });
  server.on("checkExpectation", (request, response) => {
    for (const [name, value] of Object.entries(headers(request))) response.setHeader(name, value);
    refuse(request, response, { status: 417, code: "INVALID_PAYLOAD", message: "What this request expects is not done here" });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const elsewhere: RawRefusal = { status: 404, code: "NOT_FOUND", message: "There is no socket at this address" };
    const refusal = refusalCounted(request) ?? (request.url?.startsWith(SOCKET_PATH) ? null : elsewhere);
    if (refusal) refuseRaw(socket, headers(request), refusal);
    else for (const listener of onward.upgrade) listener.call(server, request, socket, head);
  });
}
