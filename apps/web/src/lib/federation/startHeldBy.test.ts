import { clientOf, snapshotOf } from "@duet/client/testing/snapshots";
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { startHeldBy } from "./startHeldBy.ts";

const task = { kind: "label" as const, labels: ["calm", "alarm"] };
const secure = defaultFederation({ name: "sums", model: encoderBase, task, aggregation: "secure" });
const here = (...ids: readonly string[]) => ids.map((id) => clientOf(id));

test("a secure sum of fewer than three is not started, and it is said how many are missing", () => {
  const held = (clients: ReturnType<typeof here>) => startHeldBy(snapshotOf({ config: secure, rounds: [], clients }));
  expect(held(here("anna"))).toBe("A secure sum takes 3 clients: 2 more have to come before a round can open.");
  expect(held([...here("anna", "bram"), clientOf("cleo", { status: "away" })])).toMatch(/1 more has to come/);
  expect(held(here("anna", "bram", "cleo"))).toBeNull();
});

test("without a sum one client is enough", () => {
  const config = { ...secure, aggregation: "plain" as const };
  expect(startHeldBy(snapshotOf({ config, rounds: [], clients: here("anna") }))).toBeNull();
});
