/** Whatever happens in whatever order, on a real database: nothing that was acknowledged is lost or counted twice, and it ends. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { openRoundOf, specOf } from "@duet/lora-core/rounds/roundState";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import fc from "fast-check";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createComputeThreads } from "../src/compute/computeThreads.ts";
import type { FederationRunner } from "../src/federations/federationRunner.ts";
import { createLinkCodes } from "../src/federations/linkCodes.ts";
import { openFederationRegistry } from "../src/federations/registry.ts";
import type { Connection } from "../src/federations/roster.ts";
import { readModelCatalogue } from "../src/models/modelCatalogue.ts";
import { createMetrics } from "../src/operations/metrics.ts";
import { createClock } from "../src/ports/clock.ts";
import { createNodeLinks } from "../src/ports/nodeLinks.ts";
import { Refusal } from "../src/refusal.ts";
import { openStorage } from "../src/storage/openStorage.ts";
import { createFakeSystemTime } from "./support/fakeSystemTime.ts";
import { constantAdapter, joinRequest, layout, testConfig, testMetrics } from "./support/federations.ts";
import { blobRefOf } from "./support/testClient.ts";

const NAMES = ["anna", "bram", "cleo"] as const;
type Name = (typeof NAMES)[number];
const HOUR_MS = 3_600_000;

const who = fc.constantFrom(...NAMES);
const kind = <K extends string>(value: K) => fc.constant(value);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind("join"), who }) },
  { weight: 8, arbitrary: fc.record({ kind: kind("submit"), who }) },
  fc.record({ kind: kind("leave"), who }),
  fc.record({ kind: kind("disconnect"), who }),
  { weight: 2, arbitrary: fc.record({ kind: kind("pass"), seconds: fc.constantFrom(1, 61, 601) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("jump"), ms: fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS }) }) },
  // In the middle of somebody's submission, or while nothing goes on.
  { weight: 3, arbitrary: fc.record({ kind: kind("crash"), who: fc.option(who), afterMs: fc.constantFrom(0, 3, 30, 300) }) },
  fc.record({ kind: kind("restart") }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const catalogue = await readModelCatalogue(["models/duet-tiny"], pino({ level: "silent" }));
const firstValue = (tensors: NamedTensors) => [...tensors.values()][0]?.data[0] ?? Number.NaN;
/** What a client moves in a round: another amount for each of both. */
const moved = (name: Name, round: number) => 0.01 * (4 * round + NAMES.indexOf(name) + 1);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A coordinator's federations on a data folder; what it has in memory can be lost. */
async function openOn(folder: string, system: ReturnType<typeof createFakeSystemTime>) {
  const compute = createComputeThreads();
  const storage = await openStorage(folder, null, (path) => compute.run("hash", path));
  const registry = await openFederationRegistry({
    storage,
    compute,
    catalogue,
    codes: createLinkCodes(new Uint8Array(32)),
    clock: createClock(system),
    logger: pino({ level: "silent" }),
    tally: createMetrics().tally,
    report: null,
    links: createNodeLinks(),
    keepRounds: 10,
    archiveAfterDays: null,
    maxFederations: 5,
  });
  return {
    compute,
    registry,
    async stop() {
      await compute.close();
      await registry.close();
      await storage.close();
    },
    /** The disk is taken away first: what was not on it by now never will be. */
    async crash() {
      await storage.close();
      await compute.close();
      await registry.close().catch(() => undefined);
    },
  };
}

class World {
  readonly #folder: string;
  readonly #system = createFakeSystemTime(() => 0);
  readonly #clients = new Map<Name, { readonly id: string; readonly connection: Connection }>();
  readonly #requests = new Map<Name, ReturnType<typeof joinRequest>>();
  /** Every client's id that it ever had. */
  readonly #names = new Map<string, Name>();
  readonly #acknowledged = new Set<string>();
  readonly #left = new Set<string>();
  #current!: Awaited<ReturnType<typeof openOn>>;
  #federationId = "";

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<World> {
    const world = new World(await mkdtemp(join(tmpdir(), "duet-interleavings-")));
    world.#current = await openOn(world.#folder, world.#system);
    const config = testConfig({ minClients: 1 });
    const created = await world.#current.registry.create({ config, joining: "open", listing: null });
    world.#federationId = created.federationId;
    for (const name of NAMES) world.#requests.set(name, joinRequest(created, name, 100));
    return world;
  }

  runner(): Promise<FederationRunner> {
    return this.#current.registry.find(this.#federationId);
  }

  async take(step: Step): Promise<void> {
    if (step.kind === "join") await refusable(() => this.#join(step.who));
    else if (step.kind === "submit") await refusable(() => this.#submit(step.who));
    else if (step.kind === "leave") await this.#leave(step.who);
    else if (step.kind === "disconnect") await this.#disconnect(step.who);
    else if (step.kind === "pass") await this.#pass(1000 * step.seconds);
    else if (step.kind === "jump") this.#system.setWall(step.ms);
    else if (step.kind === "restart") await this.#reopen("stop");
    else {
      const submitting = step.who === null ? null : this.#submit(step.who).catch(() => undefined);
      if (submitting) await pause(step.afterMs);
      await this.#reopen("crash");
      await submitting;
    }
    await this.#settle();
  }

  /** What holds at any time. */
  async check(): Promise<void> {
    const { state } = await this.runner();
    let expected = firstValue(initialAdapter(layout, 7));
    for (const { round, aggregated, stage } of state.rounds) {
      const names = aggregated.map((id) => this.#names.get(id) as Name);
      expect(new Set(aggregated).size, "nobody is counted twice").toBe(aggregated.length);
      for (const key of this.#acknowledged) {
        const [id = "", of] = key.split("/");
        if (Number(of) === round && !this.#left.has(id)) expect(aggregated, "nobody acknowledged is lost").toContain(id);
      }
      if (stage !== "federated" || aggregated.length === 0) continue;
      expected -= names.reduce((sum, name) => sum + moved(name, round), 0) / names.length;
      const path = await (await this.runner()).adapterFile(round);
      if (path === null) throw new Error(`The adapter of round ${round} is gone`);
      const tensors = readSafetensors(await readFile(path));
      expect(firstValue(tensors)).toBeCloseTo(expected, 5);
    }
    const open = openRoundOf(state);
    if (!open) return;
    for (const key of this.#acknowledged) {
      const [id = "", of] = key.split("/");
      if (Number(of) === specOf(state, open).round && !this.#left.has(id)) expect(Object.keys(open.submissions)).toContain(id);
    }
  }

  /** Everybody comes and does what is asked for, until it has ended. */
  async finish(): Promise<string> {
    for (let turn = 0; turn < 20; turn++) {
      const { state } = await this.runner();
      if (state.phase.kind === "ended") return state.phase.how;
      for (const name of NAMES) await this.take({ kind: "join", who: name });
      for (const name of NAMES) await this.take({ kind: "submit", who: name });
      await this.take({ kind: "pass", seconds: 601 });
      await this.check();
    }
    return "never";
  }

  async close(): Promise<void> {
    await this.#current.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #join(name: Name): Promise<void> {
    const request = this.#requests.get(name);
    if (!request) throw new Error(`Nobody is called ${name}`);
    const connection: Connection = { replace: () => void this.#clients.delete(name) };
    const id = await (await this.runner()).members.join(request, connection);
    this.#clients.set(name, { id, connection });
    this.#names.set(id, name);
    this.#left.delete(id);
  }

  async #submit(name: Name): Promise<void> {
    const client = this.#clients.get(name);
    const runner = await this.runner();
    const open = openRoundOf(runner.state);
    if (!client || !open) return;
    const { round, uploads } = specOf(runner.state, open);
    const content = uploads ? constantAdapter(moved(name, round)) : null;
    const blob = content && blobRefOf(content);
    if (content && blob) await runner.transfers.receive(client.id, blob, { start: 0, bytes: content });
    await runner.transfers.submit(client.id, round, blob, testMetrics());
    this.#acknowledged.add(`${client.id}/${round}`);
  }

  async #leave(name: Name): Promise<void> {
    const client = this.#clients.get(name);
    if (!client) return;
    this.#left.add(client.id);
    this.#clients.delete(name);
    await (await this.runner()).members.leave(client.id, client.connection);
  }

  async #disconnect(name: Name): Promise<void> {
    const client = this.#clients.get(name);
    this.#clients.delete(name);
    if (client) (await this.runner()).members.disconnected(client.id, client.connection);
  }

  async #pass(ms: number): Promise<void> {
    const until = this.#system.monotonic() + ms;
    while (this.#system.fireNext(until)) await this.#settle();
    this.#system.advanceTo(until);
  }

  async #reopen(how: "stop" | "crash"): Promise<void> {
    this.#clients.clear();
    await this.#current[how]();
    this.#current = await openOn(this.#folder, this.#system);
  }

  /** Until nothing is done any more that needs no timer. */
  async #settle(): Promise<void> {
    const runner = await this.runner();
    const isBusy = () => {
      const { short, long } = this.#current.compute.waiting();
      return short + long > 0 || runner.state.phase.kind === "aggregating";
    };
    do await pause(2);
    while (isBusy());
  }
}

/** Being refused is an answer; everything else is a fault. */
async function refusable(act: () => Promise<void>): Promise<void> {
  await act().catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.code === "INTERNAL" || error.code === "STORAGE_FAILED") throw error;
  });
}

test("joins, submissions, goodbyes, deadlines, crashes, restarts and leaps of the wall clock, in any order", async () => {
  const ends: string[] = [];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 30 }), async (steps) => {
      const world = await World.open();
      try {
        for (const one of steps) {
          await world.take(one);
          await world.check();
        }
        const end = await world.finish();
        ends.push(end);
        expect(end).not.toBe("never");
      } finally {
        await world.close();
      }
    }),
    { numRuns: 10, seed: 1, endOnFailure: true },
  );
  expect(ends).toContain("finished");
}, 300_000);
