import { roundOf, snapshotOf } from "@duet/client/testing/snapshots";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import { expect, test } from "vitest";
import { ownAdapter, sharedRounds } from "./adapterDownloads.ts";

const { config } = snapshotOf();
const blobs = { personal: Uint8Array.of(1), shared: Uint8Array.of(2) };
const withMethod = (id: string, preset?: string) => ({ ...config, strategy: presetOf(id, preset) });

test("a download is called after the federation, the adapter and, where it is not PEFT's, the format", () => {
  const adapters = { round: 3, ...blobs, merged: null, served: null, alone: null, fusion: null, figures: null };
  expect(ownAdapter("fused", adapters, config, "peft").fileName).toBe("ward-notes-fused.zip");
  const { fileName, ...wanted } = ownAdapter("shared", adapters, config, "merged-f32");
  expect(fileName).toBe("ward-notes-shared-merged-f32.zip");
  expect(wanted).toEqual({ config, format: "merged-f32", source: { from: "client", kind: "shared", adapters } });
});

test("shared adapters are offered for closed rounds that aggregate one", () => {
  const rounds = [roundOf(0), roundOf(1), roundOf(2, { closedAt: null })];
  expect(sharedRounds({ config, rounds })).toEqual([0, 1]);
  expect(
    sharedRounds({ config: withMethod("fdlora", "private"), rounds: [...rounds.slice(0, 2), roundOf(2), roundOf(3)] }),
  ).toEqual([1, 2]);
  expect(sharedRounds({ config: withMethod("local"), rounds })).toEqual([]);
});
