import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pushToHub } from "./hubPush.ts";
import { type PushHub, startPushHub } from "./testing/pushHub.ts";

const TOKEN = "hf_writes";
let hub: PushHub;
beforeEach(async () => {
  hub = await startPushHub(TOKEN);
});
afterEach(() => hub.close());

const target = (token = TOKEN) => ({ hub: hub.address, repository: "acme/night-shift", token, isPrivate: true });
const files = [
  { name: "README.md", content: new Blob(["# Night shift\n"]) },
  { name: "onnx/model.onnx", content: new Blob([Uint8Array.from({ length: 5000 }, (_, i) => i)]) },
];

it("makes the repository, takes large files before the commit and small ones with it, and adds to one that is there", async () => {
  expect(await pushToHub(files, "From a federation", target())).toBe(`${hub.address}/acme/night-shift`);
  const repository = hub.repositories.get("acme/night-shift");
  expect(repository?.visibility).toBe("private");
  expect(repository?.titles).toEqual(["From a federation"]);
  expect(String(repository?.files.get("README.md"))).toBe("# Night shift\n");
  expect(repository?.files.get("onnx/model.onnx")?.[4999]).toBe(4999 % 256);
  await pushToHub([{ name: "README.md", content: new Blob(["again"]) }], "Again", target());
  expect(String(repository?.files.get("README.md"))).toBe("again");
  expect(repository?.files.size).toBe(2);
});

it("says whose fault it is: a token that is not known, a hub that is not there; the token is in no address", async () => {
  const refused = pushToHub(files, "x", target("hf_other"));
  await expect(refused).rejects.toMatchObject({ code: "HUB_REFUSED", message: `${hub.address} does not know this token` });
  expect(hub.repositories.size).toBe(0);
  expect(hub.requests.join()).not.toContain("hf_");
  hub.close();
  await expect(pushToHub(files, "x", target())).rejects.toMatchObject({ code: "HUB_REFUSED" });
});

it.each([
  ["a large file", "/objects/"],
  ["the commit", "/api/models/"],
])("gives up by itself where the hub takes nothing more of %s, and says so", async (_, path) => {
  hub.fallSilentAt(path);
  const pushing = pushToHub(files, "x", target(), new AbortController().signal, 200);
  const message = `${hub.address} took nothing for too long, so this was given up; large files that it has whole are not sent again`;
  await expect(pushing).rejects.toMatchObject({ code: "HUB_REFUSED", message });
  expect(hub.repositories.get("acme/night-shift")?.files.size).toBe(0);
});

it("is given up while the hub says nothing", async () => {
  const mute = createServer(() => {});
  await new Promise<void>((listening) => mute.listen(0, "127.0.0.1", listening));
  const to = { ...target(), hub: `http://127.0.0.1:${(mute.address() as AddressInfo).port}` };
  const giveUp = new AbortController();
  const pushing = pushToHub(files, "x", to, giveUp.signal);
  await new Promise((later) => setTimeout(later, 100));
  giveUp.abort();
  await expect(pushing).rejects.toMatchObject({ code: "HUB_REFUSED" });
  mute.closeAllConnections();
  mute.close();
});
