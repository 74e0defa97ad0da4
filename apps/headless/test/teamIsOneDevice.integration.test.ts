import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { startFederatedSession } from "@duet/client/federatedSession";
import { openFederationFeed } from "@duet/client/federationFeed";
import { createSentLedger } from "@duet/client/sentLedger";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import type { DataSplit, Row } from "@duet/lora-core/data/row";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { NO_METRICS } from "@duet/lora-core/protocol/metrics";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { expect, test } from "vitest";
import { foundTeam } from "../src/commands/foundTeam.ts";
import { joinTeam } from "../src/commands/joinTeam.ts";
import { leadTeam } from "../src/commands/leadTeam.ts";
import { runSession } from "../src/commands/runSession.ts";
import { createNodeEngine } from "../src/engine/nodeEngine.ts";
import { createClientFiles } from "../src/state/clientFiles.ts";
import { createIdentityFiles } from "../src/state/identityFiles.ts";
import { readLink } from "../src/terminal/link.ts";
import type { Reporter } from "../src/terminal/reporter.ts";
import { smallFederation } from "./support/smallFederation.ts";

/** No more than a batch, so that one device takes all of them in every step. */
const ROWS = 8;
const scenario = logsScenario({ clients: 1, seed: 2, rowsPerClient: 60 });
const rows: readonly Row[] = scenario.clients[0]?.rows ?? [];
const measured = { fusion: rows.slice(20, 26), test: rows.slice(30, 40) };
const shareOf = (member: number, members: number): DataSplit => {
  const each = ROWS / members;
  return { train: rows.slice(member * each, (member + 1) * each), ...measured };
};

const team = { every: 1, tellsSize: false };
const silent: Reporter = { event: () => {}, status: () => {}, result: () => {} };

/** All members as one process: each with an engine, a connection and a state folder of its own. The adapters that the leader ends with. */
async function trainedBy(members: number): Promise<ReadonlyMap<string, NamedTensors>> {
  // What is sent is not rounded: the draws of that are each client's own.
  const choices = { minClients: 2, innerSteps: 3, seed: 3, upload: AS_THEY_ARE };
  const federation = await smallFederation(choices, { clients: 1 });
  const { organiser, federationId, watchToken, folder, invite } = federation;
  const { config } = await organiser.watch(federationId, watchToken);
  expect(config.training.batchSize).toBeGreaterThanOrEqual(ROWS);
  const signal = new AbortController().signal;
  const out = join(folder, "out");
  const state = (member: number) => join(folder, `state-${member}`);
  const engineAt = (member: number, baseUrl: string) =>
    createNodeEngine({ baseUrl, folder: state(member), store: createClientFiles(state(member)), modelFolder: null, threads: 1 });
  const url = federation.url;
  const link = readLink(invite, "invite link");
  const coordinator = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
  const engine = engineAt(0, coordinator.baseUrl);
  const identities = createIdentityFiles(state(0));
  const feed = openFederationFeed(coordinator, federationId, { tokens: () => [watchToken] });
  const figures = members === 1 ? ("everybody" as const) : ("nobody" as const);
  const identity = { inviteToken: link.token, name: "leader", figures, known: null };
  const common = { feed, engine, now: Date.now, backend: null, config, identity, start: null };
  const session = { ...common, rows: engine.hold(shareOf(0, members)), kept: { checkpoint: null, done: null } };
  const running = { coordinator, config, out, reporter: silent, signal };
  try {
    if (members === 1) {
      const alone = startFederatedSession({ ...session, coordinator, identities });
      await expect.poll(() => alone.get().stage.kind, { timeout: 60_000 }).toBe("waiting");
      await start();
      expect(await runSession({ ...running, session: alone, feed })).toBe(0);
    } else {
      const codes = await asTeam();
      expect(codes).toEqual(Array.from({ length: members }, () => 0));
      await expectHidden();
    }
  } finally {
    coordinator.close();
    engine.close();
  }
  return new Map(["personal", "shared"].map((kind) => [kind, read(join(out, kind), config.model)]));

  async function asTeam(): Promise<readonly number[]> {
    const node = foundTeam({ url, federationId }, config, "leader", { coordinator, identities, engine, reporter: silent });
    const teamLink = readLink(`${url}/team/${federationId}#${identities.team(federationId)}`, "team link", true);
    const led = leadTeam({ ...running, node, team, session: { ...session, coordinator, identities }, opened: null });
    const others = Array.from({ length: members - 1 }, (_, i) =>
      joinTeam({
        ...{ link: teamLink, folder: state(i + 1), name: `member ${i + 1}`, backend: null, reporter: silent, signal },
        identities: createIdentityFiles(state(i + 1)),
        out: join(folder, `out-${i + 1}`),
        rowsFor: () => shareOf(i + 1, members),
        engineAt: (baseUrl) => engineAt(i + 1, baseUrl),
      }),
    );
    await expect.poll(() => node.get().mates.length, { timeout: 60_000 }).toBe(members);
    await start();
    const codes = await Promise.all([led, ...others]);
    node.close();
    return codes;
  }

  /** Whoever looks on is told neither that it is a team, nor of what size, nor what it measured. */
  async function expectHidden(): Promise<void> {
    const { clients } = await organiser.watch(federationId, watchToken);
    const metrics = clients[0]?.history.map((entry) => entry.metrics) ?? [];
    expect(clients).toMatchObject([{ name: "leader", device: null, samples: { train: null, fusion: null, test: null } }]);
    expect(metrics.length).toBeGreaterThan(0);
    for (const told of metrics) expect(told).toEqual(NO_METRICS);
    expect(JSON.stringify(clients)).not.toMatch(/cluster|member/i);
  }

  /** Nothing has begun before: the federation waits for more clients than there are. */
  async function start(): Promise<void> {
    const organiserKey = readLink(federation.organise, "organiser link").token;
    await organiser.request("federation:control", { federationId, organiserKey, action: { kind: "start" } });
  }
}

function read(folder: string, model: BaseModel): NamedTensors {
  const file = (name: string) => readFileSync(join(folder, name));
  const files = {
    "adapter_config.json": file("adapter_config.json").toString("utf8"),
    "adapter_model.safetensors": file("adapter_model.safetensors"),
  };
  return readPeftAdapter(files, federationBase(model)).tensors;
}

/**
 * |a - b| / |a|. Of single values it would say little: AdamW moves one whose gradients cancel by what is left of them over itself, so that
 * their last digits decide (the same holds for one device that reads its rows in another order).
 */
function apart(a: NamedTensors, b: NamedTensors): number {
  let [difference, size] = [0, 0];
  for (const [key, { data }] of a) {
    const others = b.get(key)?.data;
    for (const [i, value] of data.entries()) {
      difference += (value - (others?.[i] ?? Number.NaN)) ** 2;
      size += value ** 2;
    }
  }
  return Math.sqrt(difference / size);
}

test("two and four members over sockets make the adapters that one device makes of all their rows, to 1e-5; with figures for nobody, nobody sees a team", async () => {
  const alone = await trainedBy(1);
  for (const members of [2, 4]) {
    const together = await trainedBy(members);
    for (const [kind, adapter] of alone) {
      expect(adapter.size).toBeGreaterThan(0);
      expect(apart(adapter, together.get(kind) ?? new Map()), `${kind} of ${members}`).toBeLessThan(1e-5);
    }
  }
});
