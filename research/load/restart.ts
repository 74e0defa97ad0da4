/** How long a coordinator with many stored federations takes to stop, and to be ready again. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createCoordinatorClient } from "@duet/client/coordinatorClient";
import { createSentLedger } from "@duet/client/sentLedger";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { FromCoordinator } from "./coordinatorUnderLoad.ts";

/** Requests under way at once. */
const AT_ONCE = 20;

/** `startCoordinator` starts one on the same folder each time. Returns lines for the terminal. */
export async function measureRestart(count: number, startCoordinator: () => ChildProcess): Promise<readonly string[]> {
  const first = startCoordinator();
  const made = await timed(async () => createFederations(await listening(first), count));
  const stopped = await timed(() => stop(first));
  const second = startCoordinator();
  const listens = await timed(() => listening(second));
  const ready = await timed(() => listed(listens.result));
  await stop(second);
  return [
    `created    ${count} federations in ${made.seconds.toFixed(1)} s`,
    `stopped    in ${stopped.seconds.toFixed(2)} s`,
    `started    with ${count} stored federations: listens after ${listens.seconds.toFixed(2)} s, ready ${ready.seconds.toFixed(2)} s later`,
  ];
}

async function listening(coordinator: ChildProcess): Promise<string> {
  const [told] = (await once(coordinator, "message")) as [Extract<FromCoordinator, { kind: "listens" }>];
  return told.url;
}

async function stop(coordinator: ChildProcess): Promise<void> {
  coordinator.disconnect();
  await once(coordinator, "exit");
}

async function createFederations(url: string, count: number): Promise<void> {
  const waiting = Array.from({ length: count }, (_, index) => index);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const organiser = createCoordinatorClient({ url, ledger: createSentLedger(Date.now), now: Date.now });
      const { models } = await organiser.offer();
      const [model] = models;
      if (!model) throw new Error("The coordinator offers no base model");
      const task = { kind: "label" as const, labels: ["a", "b"] };
      for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
        const config = defaultFederation({ name: `stored ${index}`, model, task, method: "fedavg", rounds: 3, minClients: 2 });
        await patiently(() => organiser.request("federation:create", { config }));
      }
      organiser.close();
    }),
  );
}

/** A socket may send so many messages in ten seconds. */
async function patiently(act: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const refused = await act().then(
      () => null,
      (error: Error & { code?: string }) => error,
    );
    if (refused === null) return;
    if (refused.code !== "RATE_LIMITED") throw refused;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function listed(url: string): Promise<void> {
  const response = await fetch(`${url}/ready`);
  if (!response.ok) throw new Error(`The coordinator is not ready: ${await response.text()}`);
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000 };
}
