/**
 * A coordinator with a small federation, for the tests of clients/python: prints its links and files as a line of JSON, answers every line
 * of input with the newest snapshot, and ends with its input. `federation.ts '{"rounds": 2}' CLIENTS BASE`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import { openSmallFederation } from "../../../apps/headless/test/support/openSmallFederation.ts";

const [choices = "{}", clients = "2", base = "models/use-lite"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "duet-python-"));
const { federation, close } = await openSmallFederation(folder, JSON.parse(choices) as Partial<FederationChoices>, {
  clients: Number(clients),
  base,
});
const { url, federationId, invite, watchToken, files, organiser } = federation;
console.log(JSON.stringify({ url, federationId, invite, files, folder }));
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await organiser.watch(federationId, watchToken)));
}
await close();
rmSync(folder, { recursive: true, force: true });
