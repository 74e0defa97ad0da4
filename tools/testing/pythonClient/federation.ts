/**
 * A coordinator with a small federation, for the tests of clients/python: prints its links and files as a line of JSON, does what each line
 * of input says, answers it with the newest snapshot, and ends with its input. `federation.ts '{"rounds": 2}' CLIENTS BASE`; an empty line
 * asks for the snapshot alone, `stop` and `remove NAME` are its organiser's, and `away SECONDS` closes the coordinator for a while.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import { openSmallFederation } from "../../../apps/headless/test/support/openSmallFederation.ts";

const [choices = "{}", clients = "2", base = "models/use-lite"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "duet-python-"));
const { federation, reopen, close } = await openSmallFederation(folder, JSON.parse(choices) as Partial<FederationChoices>, {
  clients: Number(clients),
  base,
});
const { url, federationId, invite, watchToken, organiserKey, files, organiser } = federation;
console.log(JSON.stringify({ url, federationId, invite, files, folder }));
for await (const line of createInterface({ input: process.stdin })) {
  const [order, named] = line.split(/ (.*)/);
  if (order === "away") await reopen(() => delay(1_000 * Number(named)));
  if (order === "stop") await control({ kind: "stop" });
  if (order === "remove") await control({ kind: "remove", clientId: await clientCalled(named) });
  console.log(JSON.stringify(await snapshot()));
}
await close();
rmSync(folder, { recursive: true, force: true });

function snapshot() {
  return organiser.watch(federationId, watchToken);
}

async function control(action: { kind: "stop" } | { kind: "remove"; clientId: string }): Promise<void> {
  await organiser.request("federation:control", { federationId, organiserKey, action });
}

async function clientCalled(name: string | undefined): Promise<string> {
  const found = (await snapshot()).clients.find((client) => client.name === name);
  if (!found) throw new Error(`There is no client "${name}"`);
  return found.id;
}
