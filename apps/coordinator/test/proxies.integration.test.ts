import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { io } from "socket.io-client";
import { expect, onTestFinished, test } from "vitest";
import { type ProxyMode, startProxy } from "../../../tools/testing/reverseProxy.ts";
import type { CoordinatorOptions } from "../src/createCoordinator.ts";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { testConfig } from "./support/federations.ts";
import { withOperatorKey } from "./support/operator.ts";

/** What a browser's socket from a page of this origin comes to, and what the page is told when it asks why. */
async function asBrowser(site: string, origin = new URL(site).origin): Promise<{ connected: boolean; refusal: string | null }> {
  const { origin: host, pathname } = new URL(`${site}/`);
  const options = { path: `${pathname}socket.io`, extraHeaders: { origin }, reconnection: false, forceNew: true };
  const socket = io(host, { ...options, transports: ["websocket"] });
  onTestFinished(() => void socket.disconnect());
  const connected = await new Promise<boolean>((resolve) =>
    socket.once("connect", () => resolve(true)).once("connect_error", () => resolve(false)),
  );
  const answer = await fetch(`${site}/origin?page=${encodeURIComponent(origin)}`);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  return { connected, ...((await answer.json()) as { refusal: string | null }) };
}

const withoutPort = (host: string) => host.replace(/:\d+$/, "");
const forwards = (host: string) => ({ "x-forwarded-host": host, "x-forwarded-proto": "https" });

test.each<[string, ProxyMode, Partial<CoordinatorOptions>, boolean]>([
  ["passes the Host on", {}, {}, true],
  ["writes it in capitals, with a dot", { host: (host) => host.replace("localhost", "LocalHost.") }, {}, true],
  ["writes its own Host", { host: () => "127.0.0.1:1" }, {}, false],
  ["leaves the port out", { host: withoutPort }, {}, false],
  ["says port 443", { host: (host) => `${withoutPort(host)}:443` }, {}, false],
  ["says it in X-Forwarded-Host, and is not trusted", { host: () => "inner", headers: forwards }, {}, false],
  ["says it in X-Forwarded-Host, and is trusted", { host: () => "inner", headers: forwards }, { trustProxy: ["loopback"] }, true],
  ["is trusted by its address", { host: withoutPort, headers: forwards }, { trustProxy: ["10.0.0.0/8", "127.0.0.1"] }, true],
  ["is not the one that is trusted", { host: withoutPort, headers: forwards }, { trustProxy: ["10.0.0.0/8"] }, false],
  ["is trusted and names another site", { headers: () => forwards("evil.example") }, { trustProxy: ["loopback"] }, false],
])("a proxy that %s", async (_, mode, settings, accepted) => {
  const coordinator = await startCoordinator({ ...withOperatorKey, ...settings });
  const site = (await startProxy(coordinator.url, mode)).replace("127.0.0.1", "localhost");
  const { connected, refusal } = await asBrowser(site);
  expect({ connected, refusal: refusal === null }).toEqual({ connected: accepted, refusal: accepted });
  if (!accepted) expect(refusal).toContain(`opened at ${site},`);
});

test("--origin opens the page's own address, and only that", async () => {
  const coordinator = await startCoordinator({ ...withOperatorKey, origins: ["https://duet.example"] });
  const site = await startProxy(coordinator.url, { host: () => "127.0.0.1:8080" });
  expect(await asBrowser(site, "https://duet.example")).toEqual({ connected: true, refusal: null });
  const evil = await asBrowser(site, "https://evil.example");
  expect(evil.connected).toBe(false);
  expect(evil.refusal).toMatch(
    /opened at https:\/\/evil\.example, but the coordinator was reached as https:\/\/127\.0\.0\.1:8080/,
  );
});

test("default ports and IPv6 of browsers at the coordinator itself", async () => {
  const { url } = await startCoordinator();
  const origin = new URL(url).origin;
  expect((await asBrowser(url, origin.toUpperCase())).connected).toBe(true);
  for (const other of ["http://127.0.0.1", "http://localhost:1", "null"])
    expect((await asBrowser(url, other)).connected).toBe(false);
});

const HTML = '<!doctype html><head><base href="/" /></head><script src="./assets/main-1a2b.js"></script>';

/** A web app and samples to serve. */
async function folders() {
  const folder = await mkdtemp(join(tmpdir(), "duet-base-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await Promise.all(["web/assets", "web/wasm", "samples"].map((path) => mkdir(join(folder, path), { recursive: true })));
  await writeFile(join(folder, "web/index.html"), HTML);
  await writeFile(join(folder, "web/assets/main-1a2b.js"), "export {};");
  await writeFile(join(folder, "web/wasm/a.wasm"), "wasm");
  await writeFile(join(folder, "samples/medical.json"), "[1]");
  return { webDir: join(folder, "web"), samplesDir: join(folder, "samples") };
}

test.each([
  ["keeps the prefix", "/duet", false],
  ["strips the prefix", "/duet", true],
  ["keeps a prefix of two parts", "/apps/duet", false],
  ["strips a prefix of two parts", "/apps/duet", true],
])("below a path, behind a proxy that %s, everything is there", async (_, prefix, strips) => {
  const coordinator = await startCoordinator({ ...(await folders()), base: prefix });
  expect(coordinator.url).toMatch(new RegExp(`:\\d+${prefix}$`));
  const site = await startProxy(coordinator.url, { prefix, strips });
  const text = async (path: string, accept = "*/*") => {
    const answer = await fetch(site + path, { headers: { accept } });
    return answer.ok ? answer.text() : answer.status;
  };
  // The page, deep links too, knows where it is; what it refers to lies there.
  for (const path of ["", "/", "/new", "/join/abc", "/federation/abc/playground?backend=cpu"]) {
    const page = await fetch(site + path, { headers: { accept: "text/html" } });
    expect(await page.text()).toContain(`<base href="${prefix}/" />`);
    expect(page.headers.get("cache-control")).toBe("no-cache");
    expect(page.headers.get("content-security-policy")).toContain("base-uri 'self'");
  }
  expect(new URL("./assets/main-1a2b.js", `${site}/`).href).toBe(`${site}/assets/main-1a2b.js`);
  expect(await text("/assets/main-1a2b.js")).toBe("export {};");
  expect(await text("/wasm/a.wasm")).toBe("wasm");
  expect(await text("/samples/medical.json")).toBe("[1]");
  expect(await text("/models/duet-tiny/config.json")).toContain("llama");
  expect(await text("/health")).toContain('"ok"');
  expect(await text("/nothing.js")).toBe(404);
  expect((await asBrowser(site)).connected).toBe(true);

  // The client package, given the site's address, and the adapters' address of a federation.
  const client = createCoordinatorClient({ url: site, ledger: createSentLedger(Date.now), now: Date.now });
  onTestFinished(() => client.close());
  expect(client.baseUrl).toBe(`${site}/`);
  const { federationId, watchToken } = await client.request("federation:create", { config: testConfig() });
  const snapshot = await client.watch(federationId, watchToken);
  expect(snapshot.phase).toBe("waiting");
  expect(await text(`/federations/${federationId}/adapters/1.safetensors`)).toBe(403);
  const asWatcher = { headers: { "x-watch-token": watchToken } };
  expect((await fetch(`${site}/federations/${federationId}/adapters/1.safetensors`, asWatcher)).status).toBe(404);
});

test("without a base, a path in front is not Duet's", async () => {
  const coordinator = await startCoordinator(await folders());
  expect((await fetch(`${coordinator.url}/duet/health`)).status).toBe(404);
});
