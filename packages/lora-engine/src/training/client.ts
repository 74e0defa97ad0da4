import type { AdapterLayout } from "@duet/lora-core/adapters/adapterLayout";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { Row } from "@duet/lora-core/data/row";
import type { HeldAdapters } from "@duet/lora-core/strategies/exchange";
import type { SentUpdate } from "@duet/lora-core/strategies/sentUpdate";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import type { Example, TaskModel } from "../models/languageModel.ts";
import type { KnownScores } from "./measureRound.ts";

/** A client ready for rounds. */
export interface Client {
  readonly setup: EngineSetup;
  readonly layout: AdapterLayout;
  readonly model: TaskModel;
  readonly examples: {
    readonly train: readonly Example[];
    readonly fusion: readonly Example[];
    readonly test: readonly Example[];
  };
  /** Those that the test examples are of, in their order. */
  readonly testRows: readonly Row[];
  readonly held: HeldAdapters;
  /** What its adapters have scored of its test rows so far; rounds fill it. */
  readonly known: KnownScores;
  /** The last round it finished; null before its first. */
  readonly lastRound: number | null;
  /** What it serves since its last round, if that was the fusing one; of any rank. */
  readonly served: NamedTensors | null;
  /** What it sent last, made out on demand; null before that. */
  readonly sent: (() => SentUpdate) | null;
}
