import { decoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { holding } from "../connect/memoryView.ts";
import { settingsFor } from "./federationForm.ts";
import { proposedDevices } from "./proposedDevices.ts";

const form = { model: decoderBase, kind: "label", initial: null, method: "fedavg-finish/standard" } as const;
const limits = (bytes: number | null) => ({ bytes, tensorBytes: null, weightBytes: null });
const held = (devices: "usual" | "small", bytes: number) => {
  const settings = settingsFor({ ...form, devices });
  return settings && holding(settings, limits(bytes));
};

test("the check of the machine at hand chooses the setting for phones and old laptops where it holds that better", () => {
  const sizes = Array.from({ length: 200 }, (_, i) => (i + 1) * 2 ** 19);
  const seen = sizes.map((bytes) => `${held("usual", bytes)}, ${held("small", bytes)}: ${proposedDevices(form, limits(bytes))}`);
  expect([...new Set(seen)]).toEqual(["none, none: usual", "none, whole: small", "whole, whole: usual"]);
});

test("nothing is proposed of a device that is not known, or of one that browsers say nothing of", () => {
  expect(proposedDevices(form, null)).toBe("usual");
  expect(proposedDevices(form, limits(null))).toBe("usual");
  expect(proposedDevices({ ...form, model: null }, limits(1))).toBe("usual");
});
