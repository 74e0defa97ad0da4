/** A crowd that no machine here could train: its snapshots, made up by a seed, and a socket that pushes them as the coordinator would. */
import { changeText } from "@duet/lora-core/protocol/changeCodec";
import { changeEvent } from "@duet/lora-core/protocol/messages";
import { NO_METRICS } from "@duet/lora-core/protocol/metrics";
import type { ClientView, RoundView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { openingOf, type SnapshotChange } from "@duet/lora-core/protocol/snapshotChange";
import { PROTOCOL_VERSION } from "@duet/lora-core/protocol/version";
import { stageOfRound } from "@duet/lora-core/schedule/roundNumbers";
import { random as randomOf } from "@duet/lora-core/tensors/random";
import type { Page, WebSocketRoute } from "playwright";

export interface CrowdOptions {
  readonly clients: number;
  readonly rounds: number;
  /** Rounds that are closed. */
  readonly closed: number;
}

/** `like` gives what a federation is; the newest round is open. Figures are made up. */
export function crowdOf(like: Snapshot, { clients, rounds, closed }: CrowdOptions): Snapshot {
  const draw = randomOf(7);
  const ids = Array.from({ length: clients }, (_, index) => `site-${index + 1}`);
  const now = Date.now();
  const views = Array.from({ length: closed }, (_, index): RoundView => {
    const round = index + 1;
    const isOpen = round === closed;
    return {
      round,
      stage: stageOfRound(round, rounds),
      openedAt: now - (closed + 1 - round) * 60_000,
      closedAt: isOpen ? null : now - (closed - round) * 60_000,
      participants: ids,
      aggregated: isOpen ? [] : ids.filter(() => draw() > 0.02),
      meanLoss: null,
      aggregationError: null,
      means: null,
      exchanges: 0,
    };
  });
  return {
    ...like,
    config: {
      ...like.config,
      name: "Discharge letters",
      minClients: 2,
      maxClients: Math.max(clients, like.config.maxClients),
      budgets: { ...like.config.budgets, rounds },
    },
    phase: "collecting",
    note: "",
    openRound: { round: closed, attempt: 1, participants: ids, submitted: [], deadlineAt: now + 60_000, exchange: null },
    rounds: views,
    clients: ids.map((id, index): ClientView => {
      const [best, alone] = [0.6 + 0.35 * draw(), 0.5 + 0.25 * draw()];
      return {
        id,
        name: `Site ${String(index + 1).padStart(2, "0")}`,
        figures: "everybody",
        device: { backend: "wasm", threads: 4, reason: "There is no WebGPU adapter.", description: "Chromium" },
        samples: { train: 300 + index * 10, fusion: 60, test: 120 + index },
        identity: null,
        status: draw() > 0.05 ? "present" : "left",
        note: null,
        lastSeenAt: now,
        progress: progressAt(closed, 1, 600),
        bytesUp: 11_300_000,
        bytesDown: 11_300_000,
        history: views.flatMap(({ round, aggregated }) => {
          if (!aggregated.includes(id)) return [];
          const learned = best - (best - 0.35) * Math.exp(-round / (closed / 6)) + 0.02 * (draw() - 0.5);
          const accuracy = {
            base: 0.31,
            personal: null,
            shared: learned,
            fused: null,
          };
          return [
            {
              round,
              metrics: {
                ...NO_METRICS,
                trainLoss: 2 - learned,
                accuracy,
                alone: { accuracy: alone, testLoss: 1 },
                trainTokens: 30_000,
                trainSeconds: 50,
              },
              standing: null,
            },
          ];
        }),
      };
    }),
    events: Array.from({ length: 200 }, (_, at) => ({ at: now - (200 - at) * 1000, text: `Event ${at}`, clientId: null })),
  };
}

const progressAt = (round: number, step: number, tokensPerSecond: number) => ({
  round,
  activity: "training" as const,
  slot: "shared" as const,
  step,
  steps: 1000,
  loss: 0.4,
  tokensPerSecond,
});

export interface CrowdStream {
  /** Pushes that many changes a second from now on, each a step of one client; every tenth with an event. */
  start(perSecond: number): void;
  stop(): number;
}

/** Answers the page's socket in the coordinator's place, by Engine.IO 4 and Socket.IO 5. Call before the page goes anywhere. */
export async function serveCrowd(page: Page, snapshot: Snapshot): Promise<CrowdStream> {
  let socket: WebSocketRoute | null = null;
  let revision = snapshot.revision;
  let timer: NodeJS.Timeout | undefined;
  let sent = 0;
  const push = (change: SnapshotChange) => {
    socket?.send(`451-${JSON.stringify([changeEvent, { _placeholder: true, num: 0 }])}`);
    socket?.send(Buffer.from(changeText(change)));
  };
  const replies: Readonly<Record<string, () => unknown>> = {
    "session:hello": () => ({
      protocolVersion: PROTOCOL_VERSION,
      models: [],
      hub: "https://huggingface.co",
      serverTime: Date.now(),
    }),
    "federation:watch": () => ({ revision }),
  };
  await page.routeWebSocket(/socket\.io/, (route) => {
    socket = route;
    route.send(
      `0${JSON.stringify({ sid: "a", upgrades: [], pingInterval: 3_600_000, pingTimeout: 3_600_000, maxPayload: 1e8 })}`,
    );
    route.onMessage((message) => {
      const text = String(message);
      if (text.startsWith("40")) return route.send(`40${JSON.stringify({ sid: "b" })}`);
      const asked = /^42(\d+)(\[.*)$/s.exec(text);
      const [, id, content] = asked ?? [];
      if (id === undefined || content === undefined) return;
      const [name] = JSON.parse(content) as [string];
      const data = replies[name]?.();
      const error = { code: "NOT_FOUND", message: "Not in this benchmark" };
      route.send(`43${id}${JSON.stringify([data === undefined ? { ok: false, error } : { ok: true, data }])}`);
      if (name !== "federation:watch") return;
      const history = snapshot.clients.flatMap((client) => client.history.map((entry) => ({ clientId: client.id, ...entry })));
      push({ ...openingOf(snapshot), revision, history, rounds: snapshot.rounds, earlier: 0 });
    });
  });
  return {
    start(perSecond) {
      const began = performance.now();
      sent = 0;
      timer = setInterval(() => {
        for (const due = ((performance.now() - began) / 1000) * perSecond; sent < due; sent++) push(step());
      }, 5);
    },
    stop() {
      clearInterval(timer);
      return sent;
    },
  };

  function step(): SnapshotChange {
    const client = snapshot.clients[sent % snapshot.clients.length];
    const since = revision;
    revision += 1;
    const round = snapshot.openRound?.round ?? 0;
    return {
      federationId: snapshot.federationId,
      since,
      revision,
      fixed: null,
      head: {},
      clients: [],
      gone: [],
      progress: [{ clientId: client?.id ?? "", progress: progressAt(round, 1 + (sent % 999), 500 + (sent % 300)) }],
      history: [],
      rounds: [],
      reopened: [],
      events: sent % 10 === 0 ? [{ at: Date.now(), text: `Step ${sent}`, clientId: client?.id ?? null }] : [],
      earlier: 0,
    };
  }
}
