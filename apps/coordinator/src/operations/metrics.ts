/** Figures for Prometheus. Names and labels are few and fixed: nobody's name, federation or address is among them. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ComputeThreads } from "../compute/computeThreads.ts";
import type { Tally } from "../ports/tally.ts";

/** What is looked at when somebody asks. */
export interface Surveyed {
  readonly federations: { readonly size: number; readonly open: number; readonly unreadable: number; readonly clients: number };
  readonly compute: Pick<ComputeThreads, "waiting">;
}

export interface Metrics {
  readonly tally: Tally;
  /** What /metrics answers with. */
  readonly contentType: string;
  text(survey: () => Surveyed): Promise<string>;
}

/** Node's own figures are among them: event-loop delay, memory, processor time. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 5 });
  const registers = [registry];
  const refusals = new Counter({
    name: "duet_refusals_total",
    help: "Requests refused, by reason",
    labelNames: ["code"],
    registers,
  });
  const bytes = new Counter({
    name: "duet_adapter_bytes_total",
    help: "Bytes of adapters",
    labelNames: ["direction"],
    registers,
  });
  const teamBytes = new Counter({
    name: "duet_team_bytes_total",
    help: "Bytes passed on between members of teams",
    labelNames: ["direction"],
    registers,
  });
  const submissions = new Counter({ name: "duet_submissions_total", help: "Submissions that count", registers });
  const rounds = new Counter({ name: "duet_rounds_closed_total", help: "Rounds closed", registers });
  const failures = new Counter({ name: "duet_aggregations_failed_total", help: "Aggregations that failed", registers });
  const sockets = new Gauge({ name: "duet_sockets", help: "Sockets open now", registers });
  const federations = new Gauge({
    name: "duet_federations",
    help: "Federations: stored, open in memory, or stored and not readable",
    labelNames: ["state"],
    registers,
  });
  const clients = new Gauge({ name: "duet_clients", help: "Clients connected now, of open federations", registers });
  const queue = new Gauge({
    name: "duet_compute_waiting",
    help: "Jobs that wait for a thread",
    labelNames: ["thread"],
    registers,
  });

  return {
    tally: {
      refused: (code) => refusals.inc({ code }),
      moved: (direction, count) => bytes.inc({ direction }, count),
      relayed: (direction, count) => teamBytes.inc({ direction }, count),
      submissionCounted: () => submissions.inc(),
      roundClosed: (count) => rounds.inc(count),
      aggregationFailed: () => failures.inc(),
      socketOpened: () => sockets.inc(),
      socketClosed: () => sockets.dec(),
    },
    contentType: registry.contentType,
    text(survey) {
      const { federations: counted, compute } = survey();
      federations.set({ state: "stored" }, counted.size);
      federations.set({ state: "open" }, counted.open);
      federations.set({ state: "unreadable" }, counted.unreadable);
      clients.set(counted.clients);
      for (const [thread, waiting] of Object.entries(compute.waiting())) queue.set({ thread }, waiting);
      return registry.metrics();
    },
  };
}
