import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSession, signOut } from "@duet/client/accountSession";
import { expect, onTestFinished, test } from "vitest";
import { assertProtected } from "../src/access/creation.ts";
import { createCoordinator } from "../src/createCoordinator.ts";
import { startProgram } from "./support/coordinatorProgram.ts";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { testConfig } from "./support/federations.ts";
import { OPERATOR_KEY, operatorCookie, withOperatorKey } from "./support/operator.ts";
import { type ConnectOptions, connectClient } from "./support/testClient.ts";

/** What creating a federation comes to over a socket with these headers. */
async function creating(url: string, options: ConnectOptions = {}): Promise<string> {
  const client = await connectClient(url, options);
  const code = await client.codeOf("federation:create", { config: testConfig() });
  client.socket.disconnect();
  return code;
}

const signingIn = (url: string, key: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/session`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ key }),
  });

test("on this machine anybody may create, and nobody whom a proxy hands on", async () => {
  const { url } = await startCoordinator();
  expect(await creating(url)).toBe("OK");
  expect(await readSession(url)).toEqual({ account: null, mayCreate: true, signIn: { key: false, openId: null } });
  for (const [name, value] of [
    ["x-forwarded-for", "203.0.113.9"],
    ["x-forwarded-for", "127.0.0.1"],
    ["forwarded", "for=203.0.113.9"],
    ["via", "1.1 proxy"],
    ["x-real-ip", "127.0.0.1"],
    ["x-forwarded-proto", "https"],
  ] as const) {
    for (const transport of ["websocket", "polling"] as const) {
      expect([name, transport, await creating(url, { headers: { [name]: value }, transport })]).toEqual([
        name,
        transport,
        "SIGN_IN_REQUIRED",
      ]);
    }
    const state = await (await fetch(`${url}/session`, { headers: { [name]: value } })).json();
    expect(state).toMatchObject({ mayCreate: false });
  }
});

test("with an operator key only who has it may create; the cookie opens it over both transports, for twelve hours", async () => {
  const coordinator = await startCoordinator(withOperatorKey);
  const { url, clock } = coordinator;
  expect(await creating(url)).toBe("SIGN_IN_REQUIRED");
  expect(await readSession(url)).toEqual({ account: null, mayCreate: false, signIn: { key: true, openId: null } });
  for (const key of ["", "x".repeat(32), `${OPERATOR_KEY}x`, 7, ["a"], "k".repeat(201)]) {
    const refused = await signingIn(url, key);
    expect([key, refused.ok, refused.headers.get("set-cookie")]).toEqual([key, false, null]);
  }
  const answer = await signingIn(url, OPERATOR_KEY);
  expect(answer.headers.get("set-cookie")).toMatch(/^duet-session=[\w.-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  const cookie = await operatorCookie(url);
  for (const transport of ["websocket", "polling"] as const) {
    expect(await creating(url, { headers: { cookie }, transport })).toBe("OK");
  }
  const state = await (await fetch(`${url}/session`, { headers: { cookie } })).json();
  expect(state).toMatchObject({ account: { kind: "operator", name: "operator" }, mayCreate: true });

  // A socket that stays open is no longer signed in than its cookie.
  const held = await connectClient(url, { headers: { cookie } });
  clock.advance(12 * 60 * 60_000 - 5_000);
  expect(await held.codeOf("federation:create", { config: testConfig() })).toBe("OK");
  clock.advance(10_000);
  expect(await held.codeOf("federation:create", { config: testConfig() })).toBe("SIGN_IN_REQUIRED");
  expect(await creating(url, { headers: { cookie } })).toBe("SIGN_IN_REQUIRED");
});

test("a session survives a restart, but not another operator key, and nobody can forge one", async () => {
  const settings = { ...withOperatorKey };
  const coordinator = await startCoordinator(settings);
  const cookie = await operatorCookie(coordinator.url);
  const path = join(coordinator.dataDir, "session-key");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await coordinator.restart();
  expect(await creating(coordinator.url, { headers: { cookie } })).toBe("OK");

  const [name, token = ""] = cookie.split("=");
  const [head = "", body = "", signature = ""] = token.split(".");
  const asText = (part: string) => Buffer.from(part, "base64url").toString();
  const encoded = (text: string) => Buffer.from(text).toString("base64url");
  const forged = [
    `${head}.${encoded(asText(body).replace(/"exp":\d+/, '"exp":99999999999'))}.${signature}`,
    `${encoded('{"alg":"none"}')}.${body}.`,
    `${head}.${body}.`,
    `${head}.${body}.${signature.replace(/^./, (first) => (first === "A" ? "B" : "A"))}`,
    "x".repeat(4000),
  ];
  for (const fake of forged) {
    expect([fake, await creating(coordinator.url, { headers: { cookie: `${name}=${fake}` } })]).toEqual([
      fake,
      "SIGN_IN_REQUIRED",
    ]);
  }
  expect(asText(body)).not.toContain(OPERATOR_KEY);
  expect((await readFile(path)).byteLength).toBe(32);

  const other = await startCoordinator({ operatorKeyHash: "0".repeat(64) }, async (dataDir) => {
    await mkdir(dataDir, { recursive: true });
    await cp(path, join(dataDir, "session-key"));
  });
  expect(await creating(other.url, { headers: { cookie } })).toBe("SIGN_IN_REQUIRED");
});

test("signing out ends the session, whoever has a copy of its cookie, on sockets that are open and after a restart too", async () => {
  const coordinator = await startCoordinator(withOperatorKey);
  const { url } = coordinator;
  await signOut(url);
  const [cookie, other] = [await operatorCookie(url), await operatorCookie(url)];
  const held = await connectClient(url, { headers: { cookie } });
  expect(await held.codeOf("federation:create", { config: testConfig() })).toBe("OK");
  const answer = await fetch(`${url}/session`, { method: "DELETE", headers: { cookie } });
  expect(answer.headers.get("set-cookie")).toMatch(/^duet-session=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/);

  expect(await held.codeOf("federation:create", { config: testConfig() })).toBe("SIGN_IN_REQUIRED");
  const opens = (copy: string) => creating(coordinator.url, { headers: { cookie: copy } });
  const stateOf = async (copy: string) => (await fetch(`${coordinator.url}/session`, { headers: { cookie: copy } })).json();
  for (const state of ["running", "restarted"]) {
    expect([state, await opens(cookie), await opens(other)]).toEqual([state, "SIGN_IN_REQUIRED", "OK"]);
    expect(await stateOf(cookie)).toMatchObject({ account: null, mayCreate: false });
    await coordinator.restart();
  }
  // Its end is remembered for no longer than it would have lasted.
  coordinator.clock.advance(13 * 3_600_000);
  await coordinator.restart();
  expect([await opens(cookie), await opens(other)]).toEqual(["SIGN_IN_REQUIRED", "SIGN_IN_REQUIRED"]);
});

test("below a path and over https the cookie is that path's, and never travels without TLS", async () => {
  const { url } = await startCoordinator({ ...withOperatorKey, base: "/duet", trustProxy: ["loopback"] });
  const answer = await signingIn(url, OPERATOR_KEY, { "x-forwarded-proto": "https" });
  expect(answer.headers.get("set-cookie")).toMatch(/; Path=\/duet\/; HttpOnly; Secure; SameSite=Strict$/);
});

const openTo = { host: "127.0.0.1", origins: [], trustProxy: [], hasWayIn: false };

test.each([
  [{}, null],
  [{ host: "localhost" }, null],
  [{ host: "::1" }, null],
  [{ host: "127.3.2.1" }, null],
  [{ host: "0.0.0.0" }, /--host 0\.0\.0\.0 .*--operator-key-file or --openid-issuer.*TLS.*docs\/deploy\.md/],
  [{ host: "::" }, /--host ::/],
  [{ host: "192.168.1.4" }, /--host 192/],
  [{ host: "duet.example" }, /--host duet/],
  [{ host: "localhost.evil.example" }, /--host localhost\.evil/],
  [{ host: "0.0.0.0", hasWayIn: true }, null],
  [{ origins: ["https://duet.example"] }, /--origin or --trust-proxy strangers/],
  [{ trustProxy: ["loopback"] }, /--origin or --trust-proxy strangers/],
  [{ origins: ["https://duet.example"], trustProxy: ["loopback"], hasWayIn: true }, null],
])("reached by strangers without a way to sign in, it does not start: %j", (change, refusal) => {
  const start = () => assertProtected({ ...openTo, ...change });
  if (refusal === null) expect(start).not.toThrow();
  else expect(start).toThrow(refusal);
});

test("nothing is opened by a coordinator that refuses to listen", async () => {
  const coordinator = createCoordinator({ dataDir: "/proc/nowhere", modelsDir: null, webDir: null });
  await expect(coordinator.listen(0, "0.0.0.0")).rejects.toThrow(/--operator-key-file/);
  await coordinator.close();
});

test("the program takes the key from its file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "duet-key-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "key"), `${OPERATOR_KEY}\n`);
  const files = ["--data", join(folder, "data"), "--models", "models", "--operator-key-file", join(folder, "key")];
  const { url } = await startProgram([...files, "--host", "0.0.0.0"]);
  expect(await creating(url)).toBe("SIGN_IN_REQUIRED");
  expect(await creating(url, { headers: { cookie: await operatorCookie(url) } })).toBe("OK");
});
