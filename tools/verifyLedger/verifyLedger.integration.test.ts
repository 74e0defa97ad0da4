/** A client's own list, against a real coordinator that has what the client sent. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger, ledgerFileOf } from "@duet/client/sentLedger";
import type { LedgerFile } from "@duet/lora-core/protocol/sentLedger";
import { expect, onTestFinished, test } from "vitest";
import { startCoordinator } from "../../apps/coordinator/test/support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, joinRequest, testMetrics } from "../../apps/coordinator/test/support/federations.ts";

const run = promisify(execFile);

/** Exit code and text of `npm run verify-ledger`. */
async function verify(...args: readonly string[]) {
  const command = ["node_modules/tsx/dist/cli.mjs", "tools/verifyLedger/main.ts", ...args];
  const env = { ...process.env, DATABASE_URL: "" };
  return run(process.execPath, command, { env }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, text: stdout + stderr }),
  );
}

/** A federation of one client that has sent two rounds, and its list as a file. */
async function sentTwoRounds() {
  const coordinator = await startCoordinator();
  const { organiser, created } = await createFederation(coordinator.url, { minClients: 1 });
  const ledger = createSentLedger(Date.now);
  const client = createCoordinatorClient({ url: coordinator.url, ledger, now: Date.now });
  const folder = await mkdtemp(join(tmpdir(), "duet-ledger-"));
  onTestFinished(async () => {
    client.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { clientId } = await client.join(joinRequest(created, "anna", 120));
  for (const round of [1, 2]) {
    await organiser.until(({ openRound }) => openRound?.round === round, `round ${round}`);
    const sent = { round, adapter: constantAdapter(round), madeFrom: [["madeFrom", 120] as const], metrics: testMetrics() };
    await client.submitRound(sent);
  }
  await organiser.until(({ openRound }) => openRound?.round === 3, "the last round");
  const of = { coordinator: `${coordinator.url}/`, federationId: created.federationId, clientId };
  const file = JSON.parse(new TextDecoder().decode(ledgerFileOf(ledger.get(), of).content)) as LedgerFile;
  const write = async (changed: LedgerFile) => {
    const path = join(folder, "list.json");
    await writeFile(path, JSON.stringify(changed));
    return path;
  };
  return {
    coordinator,
    created,
    file,
    write,
    watchLink: `${coordinator.url}/watch/${created.federationId}#${created.watchToken}`,
  };
}

test("an honest list agrees with the coordinator, asked by a link or read in its folder, long after the contents are gone", async () => {
  const { coordinator, file, write, watchLink } = await sentTwoRounds();
  const path = await write(file);
  const text = expect.stringMatching(
    /2 uploads are recorded as the ledger says.*0 are different; 0 are with the coordinator.*is sound/s,
  );
  expect(await verify(path, "--link", watchLink)).toEqual({ code: 0, text });
  const held = coordinator.databaseUrl === null ? [] : ["--database", coordinator.databaseUrl];
  expect(await verify(path, "--data", coordinator.dataDir, ...held)).toEqual({ code: 0, text });
  // The secrets by which it was sent are nowhere in what people are given.
  expect(JSON.stringify(file)).not.toContain(watchLink.split("#")[1]);
});

test("a changed entry is told as different, a missing one as what the coordinator has and the list does not", async () => {
  const { file, write, watchLink } = await sentTwoRounds();
  const [first, ...others] = file.entries.filter(({ upload }) => upload !== null);
  const rest = file.entries.filter(({ upload }) => upload === null);
  const changed = {
    ...file,
    entries: [...rest, ...others, { ...(first as LedgerFile["entries"][number]), sha256: "0".repeat(64) }],
  };
  expect(await verify(await write(changed), "--link", watchLink)).toMatchObject({
    code: 1,
    text: expect.stringMatching(/DIFFERENT +adapter, round 1/),
  });
  const missing = { ...file, entries: [...rest, ...others] };
  expect(await verify(await write(missing), "--link", watchLink)).toMatchObject({
    code: 1,
    text: expect.stringMatching(/NOT LISTED +round 1: the coordinator has \d+ bytes/),
  });
});

test("who may not look, and a file that is none, are told what to do", async () => {
  const { coordinator, created, file, write, watchLink } = await sentTwoRounds();
  const path = await write(file);
  const wrong = `${watchLink.slice(0, -4)}AAAA`;
  expect(await verify(path, "--link", wrong)).toMatchObject({
    code: 2,
    text: expect.stringMatching(/does not tell: This link opens no federation/),
  });
  const other = watchLink.replace(created.federationId, "another");
  expect(await verify(path, "--link", other)).toMatchObject({ code: 2, text: expect.stringMatching(/another federation/) });
  expect(await verify(path)).toMatchObject({ code: 2, text: expect.stringMatching(/either a link or the data folder/) });
  expect(await verify("package.json", "--link", watchLink)).toMatchObject({
    code: 2,
    text: expect.stringMatching(/is no list of what left/),
  });
  expect((await readdir(coordinator.dataDir)).length).toBeGreaterThan(0);
});
