import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { type AdapterLayout, initialAdapter, layoutBytes } from "@duet/lora-core/adapters/adapterLayout";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import { sumSizeOf, updateVectorLayout, weightingOf } from "@duet/lora-core/federation/updateVector";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { EXCHANGE_STEPS, type ExchangeStep } from "@duet/lora-core/secureAggregation/exchangeStep";
import { sumErrorOf } from "@duet/lora-core/secureAggregation/fixedPoint";
import { receivedLayout, sentDown, uploadLayout } from "@duet/lora-core/strategies/exchange";
import { methodOf } from "@duet/lora-core/strategies/registry";
import type { Receive, Upload } from "@duet/lora-core/strategies/strategy";
import { effectiveWork } from "@duet/lora-core/strategies/workShare";
import { linearCombination } from "@duet/lora-core/tensors/arithmetic";
import { type NamedTensors, sizeOf } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import { expect, onTestFinished, test } from "vitest";
import { startProgram } from "./support/coordinatorProgram.ts";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { constantAdapter, createFederation, layout, testConfig, testMetrics } from "./support/federations.ts";
import { joinSumming, type SummingClient } from "./support/summingClient.ts";
import { blobRefOf, clientOwner, codeOfRefusal, putPiece } from "./support/testClient.ts";
import { freshDatabase } from "./support/testDatabase.ts";

const secure = { aggregation: "secure", robustness: { kind: "none" }, maxClients: 5 } as const;
const roundOpen = (round: number) => (snapshot: Snapshot) => snapshot.openRound?.round === round;

/** A federation with these clients, all ready for the sum of its first round; a client's rows are 100, 200, … */
async function readyToSum(
  names: readonly string[],
  coordinator: { readonly url: string },
  changes: Partial<FederationConfig> = {},
  round = 1,
) {
  const { organiser, created } = await createFederation(coordinator.url, { ...secure, minClients: names.length, ...changes });
  const clients: SummingClient[] = [];
  for (const [k, name] of names.entries()) {
    clients.push(await joinSumming(coordinator, created, name, { train: 100 * (k + 1) }));
  }
  await organiser.until(roundOpen(round), `round ${round}`);
  for (const client of clients) await client.ready(round);
  return { organiser, created, clients };
}

const updateOf = (k: number) => constantAdapter(0.1 * (k + 1));

/** Every value of the shared adapter before minus after, which is the weighted mean of the updates. */
async function learned({ client }: SummingClient, round: number): Promise<number> {
  const served = decodeAdapter((await client.fetchAdapter(round)) as Uint8Array, layout);
  const key = layout[0]?.key as string;
  return (initialAdapter(layout, 7).get(key)?.data[3] as number) - (served.get(key)?.data[3] as number);
}

test("three clients are summed: the mean is the weighted one, the means of their figures are told, and single updates never leave", async () => {
  const { organiser, clients } = await readyToSum(["anna", "bram", "cleo"], await startCoordinator());
  for (const step of EXCHANGE_STEPS) await Promise.all(clients.map((client, k) => client.answer(1, step, updateOf(k))));
  const snapshot = await organiser.until(roundOpen(2), "round 2");
  // (100 * 0.1 + 200 * 0.2 + 300 * 0.3) / 600
  expect(await learned(clients[0] as SummingClient, 2)).toBeCloseTo(0.23333, 4);
  const [first] = snapshot.rounds;
  expect(first?.aggregated.toSorted()).toEqual(clients.map(({ clientId }) => clientId).toSorted());
  expect(first).toMatchObject({ exchanges: 1, aggregationError: null, means: { trainRows: 600, testRows: 30 } });
  expect(first?.means?.trainLoss).toBeCloseTo(0.5, 3);
  expect(first?.means?.accuracy.shared).toBeCloseTo(0.8, 6);
});

test("what clients had of the shared adapter before it was averaged is in the means of the rounds that ask for it", async () => {
  const coordinator = await startCoordinator();
  const settings = { ...secure, minClients: 3, beforeAggregation: true, figureSums: true } as const;
  const { organiser, created } = await createFederation(coordinator.url, settings);
  const had = [
    { testRows: 10, beforeAggregation: { accuracy: 0.5, testLoss: 0.75 } },
    { testRows: 20, beforeAggregation: { accuracy: 0.25, testLoss: 2 } },
    // Without test rows nothing is measured.
    { testRows: 0, accuracy: { base: null, personal: null, shared: null, fused: null } },
  ];
  const clients: SummingClient[] = [];
  for (const [k, name] of ["anna", "bram", "cleo"].entries())
    clients.push(await joinSumming(coordinator, created, name, { metrics: testMetrics(had[k]) }));
  for (const round of [1, 2, 3]) {
    await organiser.until(roundOpen(round), `round ${round}`);
    for (const client of clients) await client.ready(round);
    const update = round === 3 ? new Uint8Array() : constantAdapter(0.1);
    for (const step of EXCHANGE_STEPS) await Promise.all(clients.map((client) => client.answer(round, step, update)));
  }
  const { rounds } = await organiser.until(({ phase }) => phase === "finished", "the end");
  for (const { means } of rounds.slice(0, 2)) {
    expect(means?.beforeAggregation?.accuracy).toBeCloseTo((10 * 0.5 + 20 * 0.25) / 30, 9);
    expect(means?.beforeAggregation?.testLoss).toBeCloseTo((10 * 0.75 + 20 * 2) / 30, 3);
  }
  expect(rounds[2]?.means).toMatchObject({ testRows: 30 });
  expect(rounds[2]?.means).not.toHaveProperty("beforeAggregation");
});

test("the last round shares no adapter: figures that nobody is told are in its means all the same", async () => {
  const { organiser, clients } = await readyToSum(["anna", "bram", "cleo"], await startCoordinator(), { figureSums: true });
  for (const step of EXCHANGE_STEPS) await Promise.all(clients.map((client, k) => client.answer(1, step, updateOf(k))));
  await organiser.until(roundOpen(2), "round 2");
  for (const client of clients) await client.ready(2);
  for (const step of EXCHANGE_STEPS) await Promise.all(clients.map((client, k) => client.answer(2, step, updateOf(k))));
  const { rounds } = await organiser.until(roundOpen(3), "round 3");
  const before = await learned(clients[0] as SummingClient, 3);
  for (const client of clients) await client.ready(3);
  for (const step of EXCHANGE_STEPS) await Promise.all(clients.map((client) => client.answer(3, step, new Uint8Array())));
  const ended = await organiser.until(({ phase }) => phase === "finished", "the end");
  expect(rounds).toHaveLength(3);
  expect(ended.rounds[2]).toMatchObject({ stage: "fusing", exchanges: 1, means: { testRows: 30 } });
  expect(ended.rounds[2]?.means?.accuracy.shared).toBeCloseTo(0.8, 6);
  expect(ended.clients.flatMap(({ history }) => history)).toHaveLength(9);
  expect(before).toBeGreaterThan(0);
});

test("a sum in which slower clients did fewer steps is multiplied by how far all went, as single updates are", async () => {
  const coordinator = await startCoordinator();
  const steps = (amount: number) => ({ unit: "steps" as const, amount });
  const budgets = { local: steps(4), inner: steps(4), rounds: 3 };
  const names = ["anna", "bram", "cleo", "dora"];
  const settings = { ...secure, work: "bySpeed" as const, budgets, minClients: names.length };
  const { organiser, created } = await createFederation(coordinator.url, settings);
  const { federationId, organiserKey } = created;
  const clients: SummingClient[] = [];
  for (const name of names) clients.push(await joinSumming(coordinator, created, name, { train: 100 }));
  const [first, ...others] = clients as [SummingClient, ...SummingClient[]];
  const [, , slow] = others;
  const quick = [first, ...others.slice(0, 2)];
  await organiser.until(roundOpen(1), "round 1");
  for (const client of quick) await client.ready(1);
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "closeRound" } });
  for (const step of EXCHANGE_STEPS) await Promise.all(quick.map((client) => client.answer(1, step, constantAdapter(0.1))));
  const { openRound } = await organiser.until(roundOpen(2), "round 2");
  const shares = clients.map(({ clientId }) => openRound?.shares?.[clientId] ?? 1);
  expect(openRound?.shares?.[slow?.clientId ?? ""]).toBe(0.5);
  const before = await learned(first, 2);
  for (const client of clients) await client.ready(2);
  for (const step of EXCHANGE_STEPS) await Promise.all(clients.map((client) => client.answer(2, step, constantAdapter(0.2))));
  await organiser.until(roundOpen(3), "round 3");
  const { strategy, training } = testConfig();
  const plan = methodOf(strategy).plan(budgets, { round: 2, isNewcomer: false });
  const work = effectiveWork(plan, shares, training);
  expect(work).toBeLessThanOrEqual((1 + 1 + 1 + 0.5) / 4);
  expect((await learned(first, 3)) - before).toBeCloseTo(0.2 * work, 4);
});

test("who is skipped in the middle of its masked update goes on sending, and is in the sum", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created, clients } = await readyToSum(["anna", "bram", "cleo", "dora"], coordinator);
  const [anna, bram, cleo, dora] = clients as [SummingClient, SummingClient, SummingClient, SummingClient];
  for (const step of ["keys", "shares"] as const)
    await Promise.all(clients.map((client, k) => client.answer(1, step, updateOf(k))));
  const asked = await dora.client.until(({ openRound }) => openRound?.exchange?.step === "input", "input");
  const masked = await dora.answerBytes(asked, updateOf(3));
  const owner = clientOwner(coordinator.url, created.federationId, dora.resumeToken);
  expect(await putPiece(owner, masked, { end: 1000 })).toBe(1000);
  const action = { kind: "skip" as const, clientId: dora.clientId };
  const { federationId, organiserKey } = created;
  await organiser.call("federation:control", { federationId, organiserKey, action });
  await anna.answer(1, "input", updateOf(0));
  // What had arrived is still there, whatever happens meanwhile.
  expect(await putPiece(owner, masked, { start: 1000 })).toBe(masked.byteLength);
  const attempt = asked.openRound?.exchange?.attempt ?? 0;
  await dora.client.call("exchange:send", { round: 1, attempt, step: "input", blob: blobRefOf(masked) });
  await Promise.all([bram, cleo].map((client, k) => client.answer(1, "input", updateOf(k + 1))));
  for (const step of ["agree", "unmask"] as const) {
    await Promise.all(clients.map((client, k) => client.answer(1, step, updateOf(k))));
  }
  const { rounds } = await organiser.until(roundOpen(2), "round 2");
  expect(rounds[0]?.aggregated).toHaveLength(4);
});

test("16 bits of every masked value travel where uploads are to be small: half the bytes, and the same mean", async () => {
  const { organiser, clients } = await readyToSum(["anna", "bram", "cleo"], await startCoordinator(), {
    upload: { format: "int8", topK: null },
  });
  // Three steps of 0.01 reach 0.03; what is summed may wrap around 2^16 under its masks as often as it likes.
  const small = (k: number) => constantAdapter(0.01 * (k + 1));
  const [anna] = clients as [SummingClient];
  const sizes: number[] = [];
  for (const step of EXCHANGE_STEPS) {
    if (step === "input") {
      const asked = await anna.client.until(({ openRound }) => openRound?.exchange?.step === "input", "input");
      sizes.push((await anna.answerBytes(asked, small(0))).byteLength);
    }
    await Promise.all(clients.map((client, k) => client.answer(1, step, small(k))));
  }
  const snapshot = await organiser.until(roundOpen(2), "round 2");
  const values = layoutBytes(layout) / 4;
  // Beside the update there are weight, rows, right answers and losses, whose sums are exact in 32 bits.
  expect(sizes[0]).toBe(2 * values + 4 * (1 + 10 + 4 + 5));
  expect(snapshot.clients[0]?.bytesUp).toBeLessThan(0.5 * layoutBytes(layout) + 4000);
  // (100 * 0.01 + 200 * 0.02 + 300 * 0.03) / 600; a client is off by a step of 2 * 0.06 / 8191 of its weighted update, 4096 / 600 in the mean.
  const mean = await learned(anna, 2);
  expect(Math.abs(mean - 0.023333)).toBeLessThan((3 * 0.12 * 4096) / 8191 / 600);
  expect(snapshot.rounds[0]?.means?.accuracy.shared).toBeCloseTo(0.8, 6);
});

/** All who are here answer every step; `gone` never answers from that step on, and nobody waits for it then. */
async function sumWithout(setting: Awaited<ReturnType<typeof readyToSum>>, gone: SummingClient, from: ExchangeStep) {
  const { organiser, created, clients } = setting;
  for (const step of EXCHANGE_STEPS) {
    const isGone = EXCHANGE_STEPS.indexOf(step) >= EXCHANGE_STEPS.indexOf(from);
    const answering = clients.filter((client) => !isGone || client !== gone);
    await Promise.all(answering.map((client) => client.answer(1, step, updateOf(clients.indexOf(client)))));
    if (step === from) {
      const { federationId, organiserKey } = created;
      await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "closeRound" } });
    }
  }
}

test.each(["keys", "shares", "input", "agree", "unmask"] as const)(
  "who vanishes before %s is left out of what it has not sent, and the sum is exact",
  async (from) => {
    const setting = await readyToSum(["anna", "bram", "cleo", "dora"], await startCoordinator());
    const { organiser, clients } = setting;
    await sumWithout(setting, clients[1] as SummingClient, from);
    const snapshot = await organiser.until(roundOpen(2), "round 2");
    // Whose masked update is there is in the sum, whoever helps to unmask it.
    const rows = from === "agree" || from === "unmask" ? [1, 2, 3, 4] : [1, 3, 4];
    const expected = rows.reduce((sum, k) => sum + 0.1 * k * k, 0) / rows.reduce((sum, k) => sum + k, 0);
    expect(await learned(clients[0] as SummingClient, 2)).toBeCloseTo(expected, 4);
    expect(snapshot.rounds[0]).toMatchObject({ exchanges: 1, means: { trainRows: 100 * rows.reduce((sum, k) => sum + k, 0) } });
    expect(snapshot.rounds[0]?.aggregated).toHaveLength(rows.length);
  },
);

test("a coordinator killed in the middle of every step goes on with the sum where it was", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "duet-sum-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const databaseUrl = await freshDatabase();
  let program = await startProgram(["--data", dataDir], databaseUrl);
  const { created, clients: first } = await readyToSum(["anna", "bram", "cleo"], program);
  let clients = first;
  for (const step of EXCHANGE_STEPS) {
    const answer = (client: SummingClient, k: number) => client.answer(1, step, updateOf(k));
    await answer(clients[0] as SummingClient, 0);
    program.child.kill("SIGKILL");
    await once(program.child, "exit");
    program = await startProgram(["--data", dataDir], databaseUrl);
    clients = await Promise.all(
      clients.map((client, k) =>
        joinSumming(program, created, client.name, { train: 100 * (k + 1), earlier: client, store: client.store }),
      ),
    );
    await Promise.all(clients.slice(1).map((client, k) => answer(client, k + 1)));
  }
  const snapshot = await (clients[0] as SummingClient).client.until(roundOpen(2), "round 2");
  expect(snapshot.rounds[0]).toMatchObject({ exchanges: 1, means: { testRows: 30 } });
  expect(await learned(clients[0] as SummingClient, 2)).toBeCloseTo(0.23333, 4);
}, 300_000);

test.each(EXCHANGE_STEPS)("a tab reloaded before %s goes on with the keys of before", async (at) => {
  const coordinator = await startCoordinator();
  const { organiser, created, clients } = await readyToSum(["anna", "bram", "cleo"], coordinator);
  for (const step of EXCHANGE_STEPS) {
    const bram = clients[1] as SummingClient;
    if (step === at) {
      bram.client.socket.disconnect();
      clients[1] = await joinSumming(coordinator, created, "bram", { train: 200, earlier: bram, store: bram.store });
    }
    await Promise.all(clients.map((client, k) => client.answer(1, step, updateOf(k))));
  }
  const snapshot = await organiser.until(roundOpen(2), "round 2");
  expect(snapshot.rounds[0]).toMatchObject({ exchanges: 1, means: { trainRows: 600, testRows: 30 } });
  expect(snapshot.rounds[0]?.aggregated.toSorted()).toEqual(clients.map(({ clientId }) => clientId).toSorted());
  // (100 * 0.1 + 200 * 0.2 + 300 * 0.3) / 600
  expect(await learned(clients[0] as SummingClient, 2)).toBeCloseTo(0.23333, 4);
});

/** Values of an update of this layout, within ±0.1. */
function changeOf(wire: AdapterLayout, round: number, k: number): NamedTensors {
  const draw = random(23, round, k);
  const valuesOf = (shape: readonly [number, number]) => Float32Array.from({ length: sizeOf(shape) }, () => 0.2 * (draw() - 0.5));
  return new Map(wire.map(({ key, shape }) => [key, { shape, data: valuesOf(shape) }]));
}

const flat = (tensors: NamedTensors) => [...tensors.values()].flatMap(({ data }) => [...data]);
const furthest = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - Number(b[i]))));

/** What a client of a secure sum may be off by in a mean of weights 100, 200 and 300: it counts as a share of 4,096 rows. */
function roundingOf(config: FederationConfig, round: number): number {
  const [update] = updateVectorLayout(sumSizeOf(config, round, null), 1).groups;
  if (update?.kind !== "real") throw new Error("The first group is the update");
  return sumErrorOf(update, 3).worst * (weightingOf(config) === "uniform" ? 1 / 3 : 4096 / 600);
}

test.each([
  ["fdlora", "private"],
  ["fdlora", "sends-personal"],
  ["fdlora", "paper"],
  ["scaffold", "standard"],
  ["rolora", "standard"],
  ["ffa-lora", "standard"],
  ["fedopt", "momentum"],
  ["fedopt", "adam"],
])("%s, %s: sums come to the exact weighted mean but for the rounding, from its first mean on", async (id, preset) => {
  const config = testConfig({ ...secure, minClients: 3, strategy: presetOf(id, preset) });
  const method = methodOf(config.strategy);
  const planOf = (round: number) => method.plan(config.budgets, { round, isNewcomer: false });
  const first = method.firstRound;
  const { organiser, clients } = await readyToSum(["anna", "bram", "cleo"], await startCoordinator(), config, first);
  const weights = method.weighting === "uniform" ? [1 / 3, 1 / 3, 1 / 3] : [1 / 6, 2 / 6, 3 / 6];
  let state = method.init(initialAdapter(layout, config.seed));
  let allowed = 0;
  for (const round of [first, first + 1]) {
    const upload = planOf(round).upload as Upload;
    const wire = uploadLayout(layout, upload);
    const updates = clients.map((_, k) => changeOf(wire, round, k));
    if (round > first) for (const client of clients) await client.ready(round);
    for (const step of EXCHANGE_STEPS) {
      const blobOf = (k: number) => new Uint8Array(encodeAdapter(updates[k] as NamedTensors, wire));
      await Promise.all(clients.map((client, k) => client.answer(round, step, blobOf(k))));
    }
    const { rounds } = await organiser.until(roundOpen(round + 1), `round ${round + 1}`);
    expect(rounds.find((one) => one.round === round)).toMatchObject({ exchanges: 1, means: { trainRows: 600 } });
    expect(rounds.find((one) => one.round === round)?.aggregated).toHaveLength(3);

    const mean = linearCombination(weights, updates);
    state = method.aggregate(state, [{ clientId: "sum", sampleCount: 600, tensors: mean }], round);
    const receive = planOf(round + 1).receive as Receive;
    const expected = sentDown(method.download(state, clients[0]?.clientId as string), receive);
    const bytes = (await clients[0]?.client.fetchAdapter(round + 1)) as Uint8Array;
    const served = decodeAdapter(bytes, receivedLayout(layout, receive, bytes.byteLength));
    // A momentum of a half takes every error twice at most; single precision has 2^-22 of values below 1.
    allowed += 2 * roundingOf(config, round) + 2 ** -22;
    expect(flat(served)).toHaveLength(flat(expected).length);
    expect(furthest(flat(served), flat(expected))).toBeLessThan(allowed);
    expect(allowed).toBeLessThan(1e-5);
  }
});

test("fewer than three are never summed: the round waits for a third, and then begins again with other keys", async () => {
  const coordinator = await startCoordinator();
  const { organiser, created, clients } = await readyToSum(["anna", "bram", "cleo"], coordinator);
  const [anna, bram, cleo] = clients as [SummingClient, SummingClient, SummingClient];
  for (const step of ["keys", "shares"] as const)
    await Promise.all(clients.map((client, k) => client.answer(1, step, updateOf(k))));
  await anna.answer(1, "input", updateOf(0));
  await bram.answer(1, "input", updateOf(1));
  await cleo.client.call("client:leave", {});
  const waiting = await organiser.until(({ phase }) => phase === "waiting", "the end of the attempt");
  expect(waiting.note).toBe("Waiting for 1 more client before the next round opens.");
  clients[2] = await joinSumming(coordinator, created, "cleo", { train: 300, earlier: cleo, store: cleo.store });
  await organiser.until(({ openRound }) => openRound?.attempt === 2, "the second opening");
  for (const client of clients) await client.ready(1);
  for (const step of EXCHANGE_STEPS) await Promise.all(clients.map((client, k) => client.answer(1, step, updateOf(k))));
  const snapshot = await organiser.until(roundOpen(2), "round 2");
  expect(snapshot.rounds[0]).toMatchObject({ exchanges: 2 });
  expect(await learned(anna, 2)).toBeCloseTo(0.23333, 4);
});

test("what comes late, again or as something else is refused or changes nothing", async () => {
  const { organiser, created, clients } = await readyToSum(["anna", "bram", "cleo", "dora"], await startCoordinator());
  const [anna, bram] = clients as [SummingClient, SummingClient];
  for (const step of ["keys", "shares"] as const)
    await Promise.all(clients.map((client, k) => client.answer(1, step, updateOf(k))));
  const asked = await bram.client.until(({ openRound }) => openRound?.exchange?.step === "input", "input");
  const late = await bram.answerBytes(asked, updateOf(1));
  const key = { round: 1, attempt: 1, step: "input" } as const;
  // Of another size.
  const odd = new Uint8Array(late.byteLength + 4);
  expect(await codeOfRefusal(anna.client.upload(odd))).toBe("INVALID_ADAPTER");
  for (const [k, client] of clients.entries()) if (client !== bram) await client.answer(1, "input", updateOf(k));
  // Twice the same counts once.
  const again = await anna.answerBytes(asked, updateOf(0));
  await anna.client.call("exchange:send", { ...key, blob: blobRefOf(again) });
  const { federationId, organiserKey } = created;
  await organiser.call("federation:control", { federationId, organiserKey, action: { kind: "closeRound" } });
  await organiser.until(({ openRound }) => openRound?.exchange?.step === "agree", "agree");
  expect(await codeOfRefusal(bram.client.upload(late))).toBe("WRONG_ROUND");
  expect(await codeOfRefusal(bram.client.call("exchange:send", { ...key, blob: blobRefOf(late) }))).toBe("WRONG_ROUND");
  expect(await codeOfRefusal(bram.client.call("exchange:fetch", { ...key, step: "agree" }))).toBe("WRONG_ROUND");
  // A signature that is none.
  const forged = new TextEncoder().encode(JSON.stringify({ signature: "A".repeat(86) }));
  const blob = await anna.client.upload(forged);
  expect(await codeOfRefusal(anna.client.call("exchange:send", { ...key, step: "agree", blob }))).toBe("INVALID_ADAPTER");
  for (const step of ["agree", "unmask"] as const) {
    await Promise.all(clients.map((client, k) => (client === bram ? null : client.answer(1, step, updateOf(k)))));
  }
  const snapshot = await organiser.until(roundOpen(2), "round 2");
  expect(snapshot.rounds[0]?.aggregated).toHaveLength(3);
});

test("what a method, a protection or two clients make impossible is refused at creation, with the reason", async () => {
  const { url } = await startCoordinator();
  const refusal = (changes: object) =>
    createFederation(url, { ...secure, minClients: 3, ...changes }).then(
      () => "created",
      (error: Error) => error.message,
    );
  expect(await refusal({ minClients: 2 })).toMatch(/needs at least 3 clients/);
  expect(await refusal({ robustness: { kind: "clip" } })).toMatch(/nobody can bound them/);
  const amp = { id: "fedamp", preset: "standard", config: { attention: 1, width: 1, mu: 0.1 } };
  expect(await refusal({ strategy: amp })).toMatch(/FedAMP compares the clients' adapters/);
  expect(await refusal({ aggregation: "plain", clientPrivacy: { epsilon: 8, delta: 0.01, clip: 1 } })).toMatch(
    /noise in a secure sum/,
  );
  expect(await refusal({})).toBe("created");
});

test("differential privacy with a method that counts labels is refused at creation, with the reason", async () => {
  const { url } = await startCoordinator();
  const { training } = testConfig();
  const refusal = (id: string, privacy: { readonly epsilon: number; readonly clip: number } | undefined) =>
    createFederation(url, { strategy: presetOf(id), training: { ...training, ...(privacy ? { privacy } : {}) } }).then(
      () => "created",
      (error: Error) => error.message,
    );
  expect(await refusal("fedrod", { epsilon: 8, clip: 1 })).toMatch(/FedRoD counts the labels .* train without epsilon\.$/);
  expect(await refusal("fedrod", undefined)).toBe("created");
  expect(await refusal("fedavg", { epsilon: 8, clip: 1 })).toBe("created");
});

test("with privacy of clients a sum is noisy, tells no figures, and says what the next one is clipped to", async () => {
  const clientPrivacy = { epsilon: 20, delta: 0.01, clip: 0.05 };
  const { organiser, clients } = await readyToSum(["anna", "bram", "cleo"], await startCoordinator(), { clientPrivacy });
  for (const round of [1, 2]) {
    if (round > 1) for (const client of clients) await client.ready(round);
    for (const step of EXCHANGE_STEPS) {
      await Promise.all(clients.map((client, k) => client.answer(round, step, updateOf(k))));
    }
    const { rounds } = await organiser.until(roundOpen(round + 1), `round ${round + 1}`);
    const means = rounds[round - 1]?.means;
    expect(means).toMatchObject({ trainRows: 0, testRows: 0, trainLoss: null, accuracy: { shared: null } });
    // All are above the clip, so it grows, unless the noise has it that they are not.
    expect(Math.abs(Math.log((means?.clip ?? 0) / clientPrivacy.clip))).toBeLessThanOrEqual(0.1 * round + 1e-9);
  }
  // Clipped to 0.05 in all: the updates of 0.1 and more in every value are not there, and the noise is.
  const served = decodeAdapter((await (clients[0] as SummingClient).client.fetchAdapter(3)) as Uint8Array, layout);
  const moved = [...initialAdapter(layout, 7)].flatMap(([key, { data }]) =>
    [...data].map((value, i) => value - (served.get(key)?.data[i] ?? 0)),
  );
  const mean = moved.reduce((sum, value) => sum + value, 0) / moved.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(new Set(moved.map((value) => value.toFixed(6))).size).toBeGreaterThan(moved.length / 2);
});
