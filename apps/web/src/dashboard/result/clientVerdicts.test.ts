import { clientOf, metricsOf, snapshotOf } from "@duet/client/testing/snapshots";
import { presetOf } from "@duet/lora-core/federation/federationDefaults";
import { expect, test } from "vitest";
import { clientVerdicts } from "./clientVerdicts.ts";

const search = { evaluations: 6, forwardTokens: 100, seconds: 1 };
/** Of 60 test rows, so many right. */
function fusedClient(
  id: string,
  weights: readonly [number, number],
  right: readonly [number, number, number],
  alone: number | null = null,
) {
  const [personal, shared, fused] = right.map((count) => count / 60);
  const compared = alone === null ? {} : { alone: { accuracy: alone / 60, testLoss: 1 } };
  const accuracy = { base: 0.1, personal: personal ?? null, shared: shared ?? null, fused: fused ?? null };
  const fusion = { personal: weights[0], shared: weights[1], ...search };
  const history = [{ round: 3, metrics: metricsOf({ accuracy, fusion, ...compared }), standing: null }];
  return clientOf(id, { samples: { train: 200, fusion: 20, test: 60 }, history });
}

test("every client's way, figures with their doubt, and whether it is told from the personal adapter", () => {
  const verdicts = clientVerdicts(
    snapshotOf({
      clients: [
        fusedClient("anna", [0.5, 0.5], [30, 40, 50]),
        fusedClient("bram", [1, 0], [40, 20, 40]),
        fusedClient("cleo", [0, 1], [50, 30, 30]),
        clientOf("dora"),
      ],
    }),
  );
  expect(verdicts?.clients.map(({ name, way, serves, isBetter }) => [name, way, serves, isBetter])).toEqual([
    ["anna", "mixed", "0.50 personal and 0.50 shared", "better"],
    ["bram", "personal", "its personal adapter", "the same"],
    ["cleo", "shared", "the shared adapter", "worse"],
  ]);
  const [anna] = verdicts?.clients ?? [];
  expect(anna?.served?.accuracy).toBeCloseTo(50 / 60);
  // Wilson's interval of 50 of 60.
  expect([anna?.served?.interval.low, anna?.served?.interval.high].map((edge) => edge?.toFixed(3))).toEqual(["0.720", "0.907"]);
  expect(verdicts?.ways).toBe(
    "Of 3 clients 1 serves a mix of both, 1 serves the personal adapter alone, 1 serves the shared adapter alone.",
  );
  expect(verdicts?.against).toBe("Against the personal adapter 1 better, 1 worse, 0 undecided on so few rows.");
  expect(verdicts?.why).toMatch(
    /^Chosen on each client's fusion rows: half of each, unless another point is better by more than 1 standard error\./,
  );
});

test("a method that chooses nothing says so; before anybody has fused there is no verdict", () => {
  const { config } = snapshotOf();
  const clients = [fusedClient("anna", [0, 1], [30, 40, 40])];
  expect(clientVerdicts({ clients, config: { ...config, strategy: presetOf("fedavg") } })?.why).toBe(
    "This method serves the shared adapter: nobody chose.",
  );
  expect(clientVerdicts(snapshotOf())).toBeNull();
});

test("where all serve their personal adapter it is compared with the shared one, and with learning alone wherever that was made", () => {
  const config = { ...snapshotOf().config, strategy: presetOf("fedavg-finish") };
  const finished = [fusedClient("anna", [1, 0], [40, 20, 40]), fusedClient("bram", [1, 0], [40, 38, 40])];
  expect(clientVerdicts({ clients: finished, config })?.against).toBe(
    "Against the shared adapter 1 better, 0 worse, 1 undecided on so few rows.",
  );
  const compared = [fusedClient("anna", [1, 0], [40, 20, 40], 57), ...finished.slice(1)];
  const verdicts = clientVerdicts({ clients: compared, config });
  expect(verdicts?.rival).toBe("alone");
  expect(verdicts?.clients.map(({ isBetter }) => isBetter)).toEqual(["worse", null]);
  expect(verdicts?.against).toBe("Against learning alone 0 better, 1 worse, 0 undecided on so few rows.");
});
