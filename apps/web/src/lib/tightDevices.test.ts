import { clientOf } from "@duet/client/testing/snapshots";
import { expect, test } from "vitest";
import { tightDevicesText, tightText } from "./tightDevices.ts";

const device = { backend: "wasm", threads: 2, reason: "", description: "" } as const;
const tight = { ...device, isTight: true } as const;
const client = (name: string, change: object = {}) => ({ ...clientOf(name), name, device: tight, ...change });

test("the organiser reads whose device may be too small, of those that are here and tell", () => {
  expect(tightDevicesText({ clients: [client("Anna", { device }), client("Bram", { device: null })] })).toBeNull();
  expect(tightDevicesText({ clients: [client("Anna", { status: "left" })] })).toBeNull();
  expect(tightDevicesText({ clients: [client("Anna"), client("Bram", { device })] })).toMatch(
    /^Training .* the device of Anna allows:/,
  );
  expect(tightDevicesText({ clients: [client("Anna"), client("Bram")] })).toMatch(/the devices of Anna, Bram allow:/);
  expect(tightDevicesText({ clients: [..."abcdef"].map((name) => client(name)) })).toMatch(/the devices of 6 clients allow:/);
  expect([tightText(tight), tightText(device), tightText(null)]).toEqual([", may be too small", "", ""]);
});
