/** Shows a running federation in the terminal: redrawn in place on a terminal, one line per event elsewhere. */
import type { ClientView, EventView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { roundLabel } from "@duet/lora-core/schedule/roundLabel";

const BAR_WIDTH = 24;

/** The lines that describe this moment: one for the federation, one per client. */
export function progressLines({ config, openRound, phase, note, clients }: Snapshot): string[] {
  const stage = openRound ? roundLabel(openRound.round, config.budgets.rounds) : phase;
  const width = Math.max(...clients.map(({ name }) => name.length), 0);
  return [
    `${config.name} · ${stage} · ${note}`,
    ...clients.map((client) => `  ${client.name.padEnd(width)}  ${activityOf(client)}`),
  ];
}

function activityOf({ status, note, progress }: ClientView): string {
  if (status === "left") return `left${note ? ` (${note})` : ""}`;
  if (status === "away") return "connection lost, may come back";
  if (!progress) return "waiting";
  const done = progress.steps > 0 ? Math.round((progress.step / progress.steps) * BAR_WIDTH) : 0;
  const bar = progress.steps > 0 ? ` ${"▓".repeat(done)}${"░".repeat(BAR_WIDTH - done)} ${progress.step}/${progress.steps}` : "";
  const loss = progress.loss === null ? "" : `  loss ${progress.loss.toFixed(3)}`;
  const rate = progress.tokensPerSecond > 0 ? `  ${Math.round(progress.tokensPerSecond)} tok/s` : "";
  return `${progress.activity}${progress.slot ? ` ${progress.slot}` : ""}${bar}${loss}${rate}`;
}

/** The coordinator keeps only the newest events, so what is new is found by content. */
function eventsAfter(last: EventView | undefined, events: readonly EventView[]): readonly EventView[] {
  const index = events.findLastIndex(({ at, text }) => at === last?.at && text === last.text);
  return events.slice(index + 1);
}

export interface ProgressDisplay {
  show(snapshot: Snapshot): void;
  end(): void;
}

/** Writes to `out`; keeps what is above it. */
export function createProgressDisplay(out: NodeJS.WriteStream): ProgressDisplay {
  let drawn = 0;
  let lastTold: EventView | undefined;
  const clear = () => {
    if (drawn > 0) out.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  return {
    show(snapshot) {
      if (out.isTTY) clear();
      for (const { text } of eventsAfter(lastTold, snapshot.events)) out.write(`  ${text}\n`);
      lastTold = snapshot.events.at(-1) ?? lastTold;
      if (!out.isTTY) return;
      const lines = progressLines(snapshot).map((line) => line.slice(0, (out.columns || 100) - 1));
      out.write(`${lines.join("\n")}\n`);
      drawn = lines.length;
    },
    end: clear,
  };
}
