/** The figures of a finished (or stopped) federation, all of them taken from the coordinator's last snapshot. */
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import type { PrivacyStanding } from "@duet/lora-core/differentialPrivacy/privacyStanding";
import { spentOnClients } from "@duet/lora-core/federation/noisySum";
import { type DeviceKind, deviceKind } from "@duet/lora-core/protocol/deviceKind";
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";

type PerAdapter = ClientView["history"][number]["metrics"]["accuracy"];

export interface Report {
  readonly federation: {
    readonly method: string;
    readonly preset: string;
    readonly rounds: number;
    readonly baseModel: { readonly name: string; readonly sha256: string; readonly parameters: number };
    readonly ended: string;
    /** Whether the coordinator saw only sums of what clients shared. */
    readonly secure: boolean;
    /** Of differential privacy of clients, what all sums together tell of any one; null without. */
    readonly clientPrivacy: { readonly epsilon: number; readonly limit: number } | null;
    /** How uploads are coded; bytes are what the coordinator counted. */
    readonly uploads: string;
    /** Whose tab was killed in a sum, and came back. */
    readonly killed: readonly string[];
    /** Nodes that were killed while they ran it. */
    readonly killedNodes: number;
  };
  readonly clients: readonly {
    readonly name: string;
    readonly status: string;
    readonly note: string | null;
    /** Null where it tells nobody. */
    readonly kind: DeviceKind | null;
    readonly backend: string | null;
    readonly samples: ClientView["samples"];
    readonly accuracy: PerAdapter;
    readonly macroF1: PerAdapter;
    readonly fusion: { readonly personal: number; readonly shared: number } | null;
    readonly bytesUp: number;
    readonly bytesDown: number;
    readonly trainTokens: number;
    readonly secondsTraining: number;
    /** Its privacy budget, as the client last told it; null without privacy. */
    readonly privacy: PrivacyStanding | null;
  }[];
  readonly rounds: readonly {
    readonly round: number;
    readonly stage: string;
    readonly seconds: number | null;
    readonly aggregated: readonly string[];
    /** Participants whose share did not count. */
    readonly dropouts: readonly string[];
    /** Secure sums begun. */
    readonly exchanges: number;
    readonly meanLoss: number | null;
  }[];
  readonly seconds: number;
}

const NOT_MEASURED: PerAdapter = { base: null, personal: null, shared: null, fused: null };

export function reportOf(snapshot: Snapshot, killed: readonly string[] = [], killedNodes = 0): Report {
  const { config, clients, rounds } = snapshot;
  const nameOf = (id: string) => clients.find((client) => client.id === id)?.name ?? id;
  const lastClosed = Math.max(snapshot.createdAt, ...rounds.map(({ closedAt }) => closedAt ?? 0));
  return {
    federation: {
      method: config.strategy.id,
      preset: config.strategy.preset,
      rounds: config.budgets.rounds,
      baseModel: {
        name: config.model.name,
        sha256: fingerprint(config.model.files),
        parameters: snapshot.modelBytes / 4,
      },
      ended: snapshot.phase,
      secure: config.aggregation === "secure",
      clientPrivacy: spentOnClients(config, rounds.filter(({ exchanges }) => exchanges > 0).length),
      uploads: nameOfCoding(config.upload),
      killed,
      killedNodes,
    },
    clients: clients.map(clientReport),
    rounds: rounds.map((round) => ({
      round: round.round,
      stage: round.stage,
      seconds: round.closedAt === null ? null : (round.closedAt - round.openedAt) / 1000,
      aggregated: round.aggregated.map(nameOf),
      dropouts: round.participants.filter((id) => !round.aggregated.includes(id)).map(nameOf),
      exchanges: round.exchanges,
      meanLoss: round.meanLoss,
    })),
    seconds: ((snapshot.endedAt ?? lastClosed) - snapshot.createdAt) / 1000,
  };
}

/** The final figures are those of the fusing round; a client that left before has none. */
function clientReport(client: ClientView): Report["clients"][number] {
  const last = client.history.at(-1)?.metrics;
  const final = last?.fusion ? last : undefined;
  const total = (pick: (metrics: NonNullable<typeof last>) => number) =>
    client.history.reduce((sum, { metrics }) => sum + pick(metrics), 0);
  return {
    name: client.name,
    status: client.status,
    note: client.note,
    kind: deviceKind(client.device),
    backend: client.device?.backend ?? null,
    samples: client.samples,
    accuracy: final?.accuracy ?? NOT_MEASURED,
    macroF1: final?.macroF1 ?? NOT_MEASURED,
    fusion: final?.fusion ? { personal: final.fusion.personal, shared: final.fusion.shared } : null,
    bytesUp: client.bytesUp,
    bytesDown: client.bytesDown,
    trainTokens: total(({ trainTokens }) => trainTokens),
    secondsTraining: total(({ trainSeconds }) => trainSeconds),
    privacy: last?.privacy ?? null,
  };
}

const budgetText = ({
  epsilon,
  limit,
  budgetSpent = false,
}: Pick<PrivacyStanding, "epsilon" | "limit"> & Partial<PrivacyStanding>) =>
  `${epsilon.toFixed(2)} of ${limit.toFixed(2)}${budgetSpent ? ", spent" : ""}`;

/** The report as a table for the terminal, with the clients' mean below. */
export function tableOf({ clients, federation, rounds, seconds }: Report): string {
  const kinds = ["base", "personal", "shared", "fused"] as const;
  const figure = (value: number | null) => (value === null ? "–" : value.toFixed(3));
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2);
  const header = [
    "client",
    "kind",
    "rows",
    "backend",
    ...kinds,
    "w1 personal",
    "w2 shared",
    "MB up",
    "MB down",
    "epsilon",
    "note",
  ];
  const written = clients.map((client) => [
    client.name,
    client.kind ?? "not told",
    Object.values(client.samples)
      .map((rows) => rows ?? "–")
      .join("+"),
    client.backend ?? "not told",
    ...kinds.map((kind) => figure(client.accuracy[kind])),
    figure(client.fusion?.personal ?? null),
    figure(client.fusion?.shared ?? null),
    megabytes(client.bytesUp),
    megabytes(client.bytesDown),
    client.privacy ? budgetText(client.privacy) : "–",
    client.status === "left" ? `left: ${client.note ?? ""}` : (client.note ?? ""),
  ]);
  const mean = (kind: (typeof kinds)[number]) => {
    const measured = clients.flatMap((client) => client.accuracy[kind] ?? []);
    return measured.length === 0 ? null : measured.reduce((sum, value) => sum + value, 0) / measured.length;
  };
  const means = ["mean", "", "", "", ...kinds.map((kind) => figure(mean(kind))), "", "", "", "", "", ""];
  const widths = header.map((_, column) => Math.max(...[header, ...written, means].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  const title = `Accuracy on each client's own test rows (${federation.method}, preset ${federation.preset}, ${seconds.toFixed(0)} s, ${federation.ended})`;
  const { secure, killed, clientPrivacy } = federation;
  const sums = rounds.reduce((sum, { exchanges }) => sum + exchanges, 0);
  const kept = secure
    ? [`Summed securely: ${sums} sums begun in ${rounds.length} rounds, killed and restored: ${killed.join(", ") || "nobody"}`]
    : [];
  const hidden = clientPrivacy ? [`Privacy of clients: epsilon ${budgetText(clientPrivacy)}`] : [];
  return [title, "", line(header), rule, ...written.map(line), rule, line(means), ...kept, ...hidden].join("\n");
}
