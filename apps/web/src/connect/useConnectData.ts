import type { PersonalKind } from "@duet/lora-core/data/personalData/personalKind";
import { type TableOptions, tableOptions } from "@duet/lora-core/data/tableOptions";
import type { Task } from "@duet/lora-core/data/task";
import { explain } from "@duet/lora-core/errors/duetError";
import { useRef, useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { whileItLasts } from "../lib/whileItLasts.ts";
import type { TableSummary } from "../worker/tabEngine.ts";
import { type ConnectState, type PersonalState, type TableChoice, withoutRows } from "./connectState.ts";
import type { FittingSample } from "./fittingSample.ts";
import { words } from "./words.ts";

export interface ConnectData {
  readonly state: ConnectState;
  /** Share of the rows that are checked and split, while that goes on. */
  readonly splitting: number | null;
  connectFile(content: Blob, fileName: string): void;
  /** Reads the same file in another way. */
  readAgain(options: TableOptions): void;
  /** Maps the table in another way. */
  choose(change: Partial<Omit<TableChoice, "options" | "mask">>): void;
  /** Replaces personal data of these kinds by marks in all rows; of none, puts back what stood there. */
  mask(kinds: readonly PersonalKind[]): void;
  connectSample(sample: FittingSample): void;
  clear(): void;
}

const NOTHING_READ: PersonalState = { kind: "reading", share: 0 };
const AS_IT_LOOKS = tableOptions.parse({});

/** Reads, maps and splits data in the worker. Only the newest choice counts when answers overlap. */
export function useConnectData(task: Task, seed: number): ConnectData {
  const services = useServices();
  const [state, setState] = useState<ConnectState>({ kind: "none" });
  const [splitting, setSplitting] = useState<number | null>(null);
  const newest = useRef(0);
  /** The file at hand, to be read again in another way. A handle: no content. */
  const file = useRef<{ readonly content: Blob; readonly name: string } | null>(null);

  /** Runs `work`, and shows its result unless something newer was started. */
  async function attempt(work: () => Promise<ConnectState>): Promise<void> {
    newest.current += 1;
    const mine = newest.current;
    const result = await work().catch((error: unknown): ConnectState => ({ kind: "failed", failure: explain(error) }));
    if (mine !== newest.current) return;
    setSplitting(null);
    setState(result);
    if (result.kind === "table" && result.data && result.personal.kind === "reading") void lookForPersonalData(mine);
  }

  /** Reads the rows connected last, and shows what it finds beside them. */
  async function lookForPersonalData(mine: number): Promise<void> {
    // How far it is comes on a way of its own, and may come after what it found.
    const show = (personal: PersonalState) => {
      if (mine !== newest.current) return;
      setState((shown) => (shown.kind === "table" && shown.personal.kind === "reading" ? { ...shown, personal } : shown));
    };
    try {
      const report = await services.engine().personalData((share) => show({ kind: "reading", share }));
      show({ kind: "read", report });
    } catch (error) {
      const failure = explain(error);
      if (mine === newest.current) setState((shown) => (shown.kind === "table" ? { ...shown, failure } : shown));
    }
  }

  async function mapped(table: TableSummary, choice: TableChoice, personal = NOTHING_READ): Promise<ConnectState> {
    const { input, answer, matchCase, mask } = choice;
    const chosen = { kind: "table", table, choice, personal } as const;
    if (answer === "") return { ...chosen, data: null, failure: null };
    const mine = newest.current;
    const show = (share: number) => {
      if (mine === newest.current) setSplitting(share);
    };
    const request = { input, answer, task, matchCase, mask, seed };
    try {
      const data = await whileItLasts(show, (tell) => services.engine().connect(request, tell));
      return { ...chosen, data, failure: null };
    } catch (error) {
      return { ...chosen, data: null, failure: explain(error) };
    }
  }

  async function read(content: Blob, name: string, options: TableOptions): Promise<ConnectState> {
    const table = await services.engine().readTable(content, name, options, task.kind === "label" ? task.labels : []);
    const { input, answer } = table.guess;
    return mapped(table, { options, input, answer: answer ?? "", matchCase: false, mask: [] });
  }

  return {
    state,
    splitting,
    connectFile(content, name) {
      file.current = { content, name };
      setState({ kind: "reading", fileName: name });
      void attempt(() => read(content, name, AS_IT_LOOKS));
    },
    readAgain(options) {
      const held = file.current;
      if (!held) return;
      if (state.kind === "table") setState(withoutRows(state));
      void attempt(() => read(held.content, held.name, options));
    },
    choose(change) {
      if (state.kind !== "table") return;
      const { table } = state;
      const choice = { ...state.choice, ...change };
      setState({ ...withoutRows(state), choice });
      void attempt(() => mapped(table, choice));
    },
    mask(kinds) {
      if (state.kind !== "table") return;
      const { table, personal } = state;
      const choice = { ...state.choice, mask: kinds };
      setState({ ...withoutRows(state), choice });
      void attempt(() => mapped(table, choice, personal));
    },
    connectSample({ id, federationId, share }) {
      setState({ kind: "reading", fileName: words.sampleData });
      void attempt(async () => {
        const mine = await services.claimShare(federationId, share);
        return { kind: "sample", ...(await services.engine().connectSample(id, mine, seed)) };
      });
    },
    clear() {
      newest.current += 1;
      setSplitting(null);
      file.current = null;
      setState({ kind: "none" });
    },
  };
}
