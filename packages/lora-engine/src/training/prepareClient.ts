/** A client before its first round: its rows as tokens, and the adapters that everyone starts from. */
import type { LinearModule } from "@duet/lora-core/adapters/adapterConfig";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import type { EngineSetup } from "@duet/lora-core/contract/engineSetup";
import type { DataSplit, Row } from "@duet/lora-core/data/row";
import { groupRows } from "@duet/lora-core/data/rowGroups";
import type { Example, TaskModel } from "../models/languageModel.ts";
import type { Client } from "./client.ts";
import { nothingKnown } from "./measureRound.ts";

/** `linears` are the base's. The model stays the caller's. @throws {RangeError} on an answer that is not one of the task's labels. */
export function prepareClient(model: TaskModel, linears: readonly LinearModule[], setup: EngineSetup, split: DataSplit): Client {
  const layout = adapterLayout(linears, setup.adapter);
  const examples = {
    train: encodeRows(model, split.train, setup),
    fusion: encodeRows(model, distinct(split.fusion), setup),
    test: encodeRows(model, split.test, setup),
  };
  const initial = initialAdapter(layout, setup.seed);
  const held = { personal: initial, shared: initial, merged: null, control: null, residual: null, alone: null };
  const known = nothingKnown();
  return { setup, layout, model, examples, testRows: split.test, held, known, lastRound: null, served: null, sent: null };
}

/** One row of every group of near-duplicates: copies would make the fusion search surer of itself than it may be. */
function distinct(rows: readonly Row[]): readonly Row[] {
  return groupRows(rows).flatMap((group) => group.rows[0] ?? []);
}

function encodeRows(model: TaskModel, rows: readonly Row[], { training }: EngineSetup): Example[] {
  return rows.map((row) => model.encode(row, training.maxTokens));
}
