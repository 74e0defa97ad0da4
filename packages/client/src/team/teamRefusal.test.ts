import { defaultFederation, type FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import { encoderBase } from "@duet/lora-core/protocol/testing/baseModels";
import { expect, test } from "vitest";
import { whyNoTeam } from "./teamRefusal.ts";

const federation = (choices: Partial<FederationChoices>) =>
  defaultFederation({ name: "f", model: encoderBase, task: { kind: "label", labels: ["a", "b"] }, ...choices });

test("a team takes part in FedKD where the two are trained one after the other, and not where they are on the same batches", () => {
  expect(whyNoTeam(federation({ method: "fedkd", preset: "standard" }))).toBeNull();
  expect(whyNoTeam(federation({ method: "fedkd", preset: "together" }))).toBe("both");
  expect(whyNoTeam(federation({ method: "fedrod", preset: "together" }))).toBe("both");
});

test("a team does not take part where clients have ranks of their own, or sum securely", () => {
  expect(whyNoTeam(federation({ method: "fedavg", ranks: "padded" }))).toBe("ranks");
  expect(whyNoTeam(federation({ method: "fedavg", aggregation: "secure" }))).toBe("secure");
});
