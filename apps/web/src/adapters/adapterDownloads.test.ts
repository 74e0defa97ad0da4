import { roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { adapterLayout, initialAdapter } from "@duet/lora-core/adapters/adapterLayout";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import { expect, test } from "vitest";
import { readAdapterArchive } from "./adapterArchive.ts";
import { ownAdapter, sharedRounds } from "./adapterDownloads.ts";

const { config } = snapshotOf();
const withMethod = (id: string, preset?: string) => ({ ...config, strategy: presetOf(id, preset) });

test("a fused adapter is written as this tab serves it", () => {
  const base = federationBase(config.model);
  const layout = adapterLayout(base.linears, config.adapter);
  const blob = (seed: number) => encodeAdapter(initialAdapter(layout, seed), layout);
  const fusion = { personal: 0.5, shared: 0.25 };
  const adapters = { round: 3, personal: blob(4), shared: blob(5), merged: null, served: blob(6), fusion, figures: null };
  const { fileName, content } = ownAdapter("fused", adapters, config);
  expect(fileName).toBe("ward-notes-fused.zip");
  const { tensors } = readPeftAdapter(readAdapterArchive([{ name: fileName, bytes: content }]), base);
  expect(Buffer.from(blob(6)).equals(encodeAdapter(tensors, layout))).toBe(true);
});

test("shared adapters are offered for closed rounds that aggregate one", () => {
  const rounds = [roundOf(0), roundOf(1), roundOf(2, { closedAt: null })];
  expect(sharedRounds({ config, rounds })).toEqual([0, 1]);
  expect(
    sharedRounds({ config: withMethod("fdlora", "private"), rounds: [...rounds.slice(0, 2), roundOf(2), roundOf(3)] }),
  ).toEqual([1, 2]);
  expect(sharedRounds({ config: withMethod("local"), rounds })).toEqual([]);
});
