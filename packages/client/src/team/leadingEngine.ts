/**
 * The engine of a client that is a team, for the session of whoever leads: its rounds' trainings are taken by all members, and it says of itself what
 * the team is. It lets what its device is helping with end first.
 */
import type { KeptClient, RoundKey } from "@duet/lora-core/contract/clientRound";
import type { Device, SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { TeamChoices } from "@duet/lora-core/team/teamMessages";
import type { BeginRequest, OpenedModel, TeamEngine } from "../clientEngine.ts";
import type { TeamNode } from "./teamNode.ts";

export interface LeadingEngineOptions<Engine extends TeamEngine> extends TeamChoices {
  readonly engine: Engine;
  readonly node: TeamNode;
  /** What this device has opened already, as a member: then it is not opened again. */
  readonly opened: { readonly model: OpenedModel; readonly samples: SampleCounts } | null;
  /** What was kept of the client has changed. */
  readonly onKept: (kept: KeptClient) => void;
}

/** What the others see of where a team computes (protocol/deviceKind.ts). */
export function teamDevice(device: Device, members: number | null): Device {
  return { ...device, description: `Cluster of ${members ?? "several"}: ${device.description}`.slice(0, 200) };
}

export function createLeadingEngine<Engine extends TeamEngine>(options: LeadingEngineOptions<Engine>): Engine {
  const { engine, node, every, tellsSize, opened, onKept } = options;
  let kept: KeptClient = { checkpoint: null, done: null };
  /** Rows and adapters are bound. */
  let begun: Promise<unknown> = Promise.resolve();
  const keep = (now: KeptClient) => {
    kept = now;
    onKept(now);
  };

  return {
    ...engine,
    async openModel(...[model, hub, backend, onProgress]: Parameters<TeamEngine["openModel"]>) {
      const found = opened?.model ?? (await engine.openModel(model, hub, backend, onProgress));
      return { ...found, device: teamDevice(found.device, tellsSize ? Math.max(1, node.get().mates.length) : null) };
    },
    async begin(request: BeginRequest) {
      if (!opened) {
        const samples = await engine.begin(request);
        node.ready(samples.train);
        return { ...samples, train: rowsOf(node) };
      }
      begun = node.idle().then(() => engine.begin(request));
      begun.catch(() => {});
      return { ...opened.samples, train: rowsOf(node) };
    },
    async keepAs(clientId: string) {
      await begun;
      return engine.keepAs(clientId);
    },
    async runRound(...[key, request, onProgress, onBegun]: Parameters<TeamEngine["runRound"]>) {
      const { round } = key;
      const waiting = setInterval(
        () => onProgress({ round, activity: "loading", slot: null, step: 0, steps: 0, loss: null, tokensPerSecond: 0 }),
        10_000,
      );
      await begun.finally(() => clearInterval(waiting));
      const done = await engine.runRound(key, request, onProgress, onBegun, node.lead(`${round}.${key.attempt}`, every));
      keep({ checkpoint: done.checkpoint, done: done.done });
      return done;
    },
    async confirmSubmitted(key: RoundKey) {
      await begun;
      await engine.confirmSubmitted(key);
      if (kept.done?.round === key.round) keep({ ...kept, done: { ...kept.done, ...key, submitted: true } });
    },
  };
}

const rowsOf = (node: TeamNode): number => node.get().mates.reduce((sum, { rows }) => sum + rows, 0);
