import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { parseHubAddress } from "./hubAddress.ts";
import { openHubFolder } from "./hubModel.ts";

/** A hub that lists one large file, sends its first bytes, and then nothing more; `isMute` says nothing at all. */
async function silentHub(isMute: boolean): Promise<string> {
  const server = createServer((request, response) => {
    if (isMute) return;
    const files = [{ rfilename: "model.safetensors", size: 1000 }];
    if (request.url?.startsWith("/api/")) return void response.end(JSON.stringify({ sha: "0123456789", siblings: files }));
    response.writeHead(206).write("begin");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const address = parseHubAddress("acme/tiny");

test("a hub that says nothing is not waited for", async () => {
  const hub = await silentHub(true);
  await expect(openHubFolder(hub, address, 200)).rejects.toMatchObject({ told: ["hubUnreachable", hub] });
});

test("a file whose first bytes stop coming is not waited for", async () => {
  const folder = await openHubFolder(await silentHub(false), address, 200);
  await expect(folder.read("model.safetensors", 100)).rejects.toMatchObject({ told: ["brokeOff", expect.any(String)] });
});
