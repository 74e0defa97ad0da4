/** A federation as files for another implementation: settings, the adapter everyone starts from, rows and batches of every client. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import type { PeftBase } from "@duet/lora-core/adapters/peftFormat";
import { exportAdapter } from "@duet/lora-core/federation/clientAdapters";
import { random } from "@duet/lora-core/tensors/random";
import type { Example } from "@duet/lora-engine/models/languageModel";
import { batches } from "@duet/lora-engine/training/batches";
import type { Client } from "@duet/lora-engine/training/client";

export interface ExportedFederation {
  readonly model: string;
  readonly base: PeftBase;
  readonly clients: readonly Client[];
  readonly rounds: number;
  /** K, optimiser steps of a round. */
  readonly innerSteps: number;
}

/** `clients` are as before their first round. @throws {RangeError} without clients. */
export function exportFederation(folder: string, { model, base, clients, rounds, innerSteps }: ExportedFederation): void {
  const [first] = clients;
  if (first?.setup.task.kind !== "label") throw new RangeError("A federation on labels is needed, with at least one client");
  const { setup, layout } = first;
  const answers = first.setup.task.labels.map((answer) => {
    const { tokens, answerStart } = first.model.encode({ line: 0, input: "", answer }, setup.training.maxTokens);
    return [...tokens.subarray(answerStart)];
  });
  const { training } = setup;
  mkdirSync(join(folder, "initial"), { recursive: true });
  for (const [name, content] of Object.entries(exportAdapter(initialAdapter(layout, setup.seed), setup.adapter, base))) {
    writeFileSync(join(folder, "initial", name), content);
  }
  const settings = { model: resolve(model), clients: clients.length, rounds, training, labels: answers };
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
  for (const [index, client] of clients.entries()) {
    const { train, test } = client.examples;
    const order = Array.from({ length: rounds }, (_, i) => batchesOf(client, i + 1, innerSteps));
    const data = { train: train.map(plain), test: test.map(plain), batches: order };
    writeFileSync(join(folder, `client-${index}.json`), JSON.stringify(data));
  }
}

const plain = ({ tokens, answerStart, label }: Example) => ({ tokens: [...tokens], answerStart, label });

/** Places of the training rows in the batches of a round's first training, as training/plannedTraining.ts and trainAdapter.ts draw them. */
function batchesOf({ setup, examples }: Client, round: number, steps: number): readonly (readonly number[])[] {
  const seed = Math.floor(random(setup.clientSeed, "train", round, 0)() * 2 ** 31);
  const places = examples.train.map((example, place) => ({ example, place }));
  const lengthOf = ({ example }: (typeof places)[number]) => example.tokens.length;
  const stream = batches(places, { batchSize: setup.training.batchSize, lengthOf }, random(seed, "batches"));
  return Array.from({ length: steps }, () => stream.next().value.map(({ place }) => place));
}
