/**
 * A server with the layout of a model hub that takes files, for tests: repositories are made, small files come with the commit, large ones
 * by Git LFS before it. Pages of another origin may write to it, as to the real one.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export interface PushHub {
  readonly address: string;
  /** By "owner/name". */
  readonly repositories: ReadonlyMap<string, PushedRepository>;
  /** "METHOD /path" of every request. */
  readonly requests: readonly string[];
  /** From now on it answers nothing at paths that begin so. */
  fallSilentAt(path: string): void;
  close(): void;
}

export interface PushedRepository {
  readonly visibility: string;
  readonly files: Map<string, Buffer>;
  readonly titles: string[];
}

/** Files from this size on go by LFS. */
const LARGE_BYTES = 1000;

/** `token` may write; others are refused. It ends with the process, or by `close`. */
export async function startPushHub(token: string): Promise<PushHub> {
  const repositories = new Map<string, PushedRepository>();
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  /** By code. */
  const challenges = new Map<string, string>();
  let address = "";
  let silentAt: string | null = null;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "";
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "authorization, content-type, x-request-id");
    response.setHeader("access-control-allow-methods", "GET, POST, PUT");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    requests.push(`${request.method} ${url}`);
    if (silentAt !== null && url.startsWith(silentAt)) return;
    if (url === "/.well-known/openid-configuration") return send(response, openIdOf(address));
    if (url.startsWith("/oauth/authorize?")) return authorise(new URL(url, address).searchParams, response);
    if (url.startsWith("/objects/")) return takeObject(url.slice("/objects/".length), request, response);
    const body = await text(request);
    if (url === "/oauth/token") return exchange(new URLSearchParams(body), response);
    if (request.headers.authorization !== `Bearer ${token}`) return send(response, { error: "Invalid credentials" }, 401);
    if (url === "/api/repos/create") return create(JSON.parse(body), response);
    if (url === "/oauth/userinfo") return send(response, { sub: "1", name: "Nadia", preferred_username: "nadia", orgs: [] });
    const [, repository = ""] = /^\/(?:api\/models\/)?([\w-]+\/[\w-]+)/.exec(url) ?? [];
    const found = repositories.get(repository);
    if (!found) return send(response, { error: "Repository not found" }, 404);
    if (url.endsWith("/preupload/main")) return preupload(JSON.parse(body), response);
    if (url.endsWith(".git/info/lfs/objects/batch")) return batch(JSON.parse(body), response);
    if (url.endsWith("/commit/main")) return commit(body, found, repository, response);
    send(response, { error: "not here" }, 404);
  }

  /** Whoever comes agrees at once. */
  function authorise(asked: URLSearchParams, response: ServerResponse): void {
    const code = `code${challenges.size}`;
    challenges.set(code, asked.get("code_challenge") ?? "");
    const back = new URL(asked.get("redirect_uri") ?? "");
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state") ?? "");
    response.writeHead(302, { location: back.href }).end();
  }

  /** PKCE: who began it has what the challenge was made of (RFC 7636). A code counts once. */
  function exchange(asked: URLSearchParams, response: ServerResponse): void {
    const code = asked.get("code") ?? "";
    const made = createHash("sha256")
      .update(asked.get("code_verifier") ?? "")
      .digest("base64url");
    const isRight = challenges.get(code) === made;
    challenges.delete(code);
    const granted = { access_token: token, token_type: "bearer", expires_in: 3600, scope: "openid", id_token: "" };
    send(response, isRight ? granted : { error: "invalid_grant" }, isRight ? 200 : 400);
  }

  function create(asked: { name: string; organization: string; visibility: string }, response: ServerResponse): void {
    const name = `${asked.organization}/${asked.name}`;
    const isNew = !repositories.has(name);
    if (isNew) repositories.set(name, { visibility: asked.visibility, files: new Map(), titles: [] });
    const answered = isNew ? { url: `${address}/${name}`, id: name } : { error: "You already created this model repo" };
    send(response, answered, isNew ? 200 : 409);
  }

  function preupload({ files }: { files: { path: string; size: number }[] }, response: ServerResponse): void {
    const modes = files.map(({ path, size }) => ({
      path,
      uploadMode: size >= LARGE_BYTES ? "lfs" : "regular",
      shouldIgnore: false,
    }));
    send(response, { files: modes });
  }

  function batch(asked: { objects: { oid: string; size: number }[] }, response: ServerResponse): void {
    const upload = (oid: string) => ({ upload: { href: `${address}/objects/${oid}`, header: {} } });
    send(response, { transfer: "basic", objects: asked.objects.map(({ oid, size }) => ({ oid, size, actions: upload(oid) })) });
  }

  async function takeObject(oid: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const content = Buffer.concat(parts);
    if (createHash("sha256").update(content).digest("hex") !== oid) return send(response, { error: "another object" }, 422);
    objects.set(oid, content);
    send(response, {});
  }

  function commit(body: string, { files, titles }: PushedRepository, repository: string, response: ServerResponse): void {
    for (const line of body.split("\n")) {
      const { key, value } = JSON.parse(line);
      if (key === "header") titles.push(value.summary);
      if (key === "file") files.set(value.path, Buffer.from(value.content, value.encoding));
      if (key === "lfsFile") files.set(value.path, objects.get(value.oid) ?? Buffer.alloc(0));
    }
    const commitOid = "0123456789abcdef0123456789abcdef01234567";
    send(response, { commitOid, commitUrl: `${address}/${repository}/commit/${commitOid}`, hookOutput: "" });
  }

  const server = createServer((request, response) => void answer(request, response)).unref();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no port");
  address = `http://127.0.0.1:${bound.port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const fallSilentAt = (path: string) => {
    silentAt = path;
  };
  return { address, repositories, requests, fallSilentAt, close };
}

const openIdOf = (address: string) => ({
  authorization_endpoint: `${address}/oauth/authorize`,
  token_endpoint: `${address}/oauth/token`,
  userinfo_endpoint: `${address}/oauth/userinfo`,
});

function send(response: ServerResponse, json: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
}
