import type { Task } from "@duet/lora-core/data/task";
import { explain } from "@duet/lora-core/errors/duetError";
import type { SampleId } from "@duet/lora-core/scenarios/samples";
import { useRef, useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import type { ConnectState } from "./connectState.ts";

export interface ConnectData {
  readonly state: ConnectState;
  connectFile(content: Blob, fileName: string): void;
  chooseColumns(input: string, answer: string): void;
  connectSample(id: SampleId, share: number): void;
  clear(): void;
}

type TableState = Extract<ConnectState, { kind: "table" }>;

/** Reads, maps and splits data in the worker. Only the newest choice counts when answers overlap. */
export function useConnectData(task: Task, seed: number): ConnectData {
  const services = useServices();
  const [state, setState] = useState<ConnectState>({ kind: "none" });
  const newest = useRef(0);

  /** Runs `work`, and shows its result unless something newer was started. */
  async function attempt(work: () => Promise<ConnectState>, onError: (error: unknown) => ConnectState): Promise<void> {
    newest.current += 1;
    const mine = newest.current;
    const result = await work().catch(onError);
    if (mine === newest.current) setState(result);
  }

  const failed = (error: unknown): ConnectState => ({
    kind: "failed",
    failure: { ...explain(error), nextStep: "Choose another file." },
  });

  async function mapped(table: TableState["table"], input: string, answer: string): Promise<ConnectState> {
    const chosen = { kind: "table", table, input, answer } as const;
    if (answer === "") return { ...chosen, data: null, failure: null };
    try {
      return { ...chosen, data: await services.engine().connect({ input, answer, task, seed }), failure: null };
    } catch (error) {
      return { ...chosen, data: null, failure: { ...explain(error), nextStep: "Choose other columns or another file." } };
    }
  }

  return {
    state,
    connectFile(content, fileName) {
      setState({ kind: "reading", fileName });
      void attempt(async () => {
        const table = await services.engine().readTable(content, fileName);
        return mapped(table, table.guess.input, table.guess.answer ?? "");
      }, failed);
    },
    chooseColumns(input, answer) {
      if (state.kind !== "table") return;
      const { table } = state;
      setState({ ...state, input, answer });
      void attempt(() => mapped(table, input, answer), failed);
    },
    connectSample(id, share) {
      setState({ kind: "reading", fileName: "sample data" });
      void attempt(async () => {
        return { kind: "sample", ...(await services.engine().connectSample(id, share, seed)) };
      }, failed);
    },
    clear() {
      newest.current += 1;
      setState({ kind: "none" });
    },
  };
}
