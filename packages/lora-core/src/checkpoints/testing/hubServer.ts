/** A server with the layout of a model hub, for tests: /api/models/… tells a revision's files, /owner/name/resolve/… has them. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** Contents by name; an object is sent as JSON, and hashed by nobody: as on a hub, only binary files are large ones. */
export type HubFiles = Readonly<Record<string, Uint8Array | object>>;

export interface HubOptions {
  /** Bytes after which the n-th answer with weights is cut; answers beyond the list are whole. */
  readonly cuts?: readonly number[];
  /** Name of the version in the n-th answer with weights; null gives none. */
  readonly etag?: (request: number) => string | null;
}

export interface HubUnderTest {
  readonly address: string;
  /** "file" or "file bytes=100-" of every request for weights. */
  readonly requests: readonly string[];
  close(): void;
}

/** The commit that v1.0 and main mean. */
export const HUB_COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** The model acme/tiny. Pages of another origin may read it, as on the real one. It ends with the process, or by `close`. */
export async function startHub(files: HubFiles, { cuts = [], etag = () => '"one"' }: HubOptions = {}): Promise<HubUnderTest> {
  const requests: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader("access-control-allow-origin", "*");
    const url = request.url ?? "";
    if (/^\/api\/models\/acme\/tiny\/revision\/(v1\.0|main)\?blobs=true$/.test(url)) return sendJson(response, revisionOf(files));
    const file = new RegExp(`^/acme/tiny/resolve/(?:v1\\.0|${HUB_COMMIT})/(.+)$`).exec(url)?.[1] ?? "";
    const content = files[file];
    if (content === undefined) return response.writeHead(404).end("not here");
    if (!(content instanceof Uint8Array)) return sendJson(response, content);
    const { range, "if-range": ifRange } = request.headers;
    const version = etag(requests.length);
    const cut = cuts[requests.length];
    requests.push(range ? `${file} ${range}` : file);
    const [, from = "0", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const isStale = ifRange !== undefined && ifRange !== version;
    const start = isStale ? 0 : Number(from);
    const end = to === "" || isStale ? content.length : Math.min(content.length, Number(to) + 1);
    const isPart = start > 0 || end < content.length;
    response.writeHead(isPart ? 206 : 200, {
      ...(version === null ? {} : { etag: version }),
      ...(isPart ? { "content-range": `bytes ${start}-${end - 1}/${content.length}` } : {}),
      "content-length": end - start,
    });
    if (cut === undefined) return response.end(content.subarray(start, end));
    return response.write(content.subarray(start, start + cut), () => response.destroy());
  };
  const server = createServer(answer).unref();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => stop(server);
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no port");
  return { address: `http://127.0.0.1:${bound.port}`, requests, close };
}

function revisionOf(files: HubFiles): object {
  const siblings = Object.entries(files).map(([rfilename, content]) => {
    if (!(content instanceof Uint8Array)) return { rfilename, size: JSON.stringify(content).length, blobId: "b1" };
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { rfilename, size: content.length, blobId: "b2", lfs: { sha256, size: content.length, pointerSize: 130 } };
  });
  return { id: "acme/tiny", sha: HUB_COMMIT, private: false, siblings: [...siblings, { rfilename: "onnx/model.onnx", size: 9 }] };
}

function sendJson(response: ServerResponse, json: object): void {
  response.setHeader("content-type", "application/json").end(JSON.stringify(json));
}

function stop(server: Server): void {
  server.closeAllConnections();
  server.close();
}
