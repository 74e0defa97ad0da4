/** The client in Python on several nodes; where it is installed, see tools/setup/python.mjs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { expect, onTestFinished, test } from "vitest";
import { canRunNodes, nodesUnderTest } from "./support/nodes.ts";
import { connectClient } from "./support/testClient.ts";

const python = ".cache/python/bin/python";
const canRun = canRunNodes && existsSync(".cache/python/installed");

test.skipIf(!canRun)(
  "a client in Python goes on when the node that runs its federation is killed",
  async () => {
    const all = await nodesUnderTest();
    const organiser = await connectClient(all.nodes[0]?.url ?? "");
    const { models } = await organiser.call("session:hello", { protocolVersion: PROTOCOL_VERSION });
    const model = models.find(({ config }) => config.model_type === "use-lite");
    if (!model) throw new Error("No node serves use-lite");
    const { task, clients } = logsScenario({ clients: 1, seed: 1, rowsPerClient: 60 });
    const config = defaultFederation({ name: "Small", model, task, rounds: 2, localSteps: 6, innerSteps: 60, minClients: 1 });
    const created = await organiser.call("federation:create", { config });
    await organiser.watch(created.federationId, created.watchToken);
    const folder = mkdtempSync(join(tmpdir(), "duet-python-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const rows = clients[0]?.rows ?? [];
    const lines = rows.map(({ input, answer }) => JSON.stringify({ text: input, level: answer }));
    writeFileSync(join(folder, "rows.jsonl"), lines.join("\n"));
    const invite = `${all.url}/join/${created.federationId}#${created.inviteToken}`;
    const own = ["--state", join(folder, "state"), "--out", join(folder, "out")];
    const columns = ["--data", join(folder, "rows.jsonl"), "--input", "text", "--label", "level"];
    const client = spawn(python, ["-m", "duet_client", "join", invite, ...columns, ...own], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => void client.kill("SIGKILL"));
    let words = "";
    client.stderr.on("data", (chunk: Buffer) => {
      words += chunk;
    });
    const ended = once(client, "exit");
    await organiser.until(({ openRound }) => openRound?.round === 1, "round 1");
    let owner = await all.ownerOf(created.federationId);
    for (; owner === null; owner = await all.ownerOf(created.federationId)) await delay(200);
    await owner.kill();
    expect(await ended, words).toEqual([0, null]);
    expect(words).toContain("It is tried again by itself.");
    expect(existsSync(join(folder, "out/fused/adapter_model.safetensors"))).toBe(true);
  },
  300_000,
);
