/** A run for tests of what is made of runs. */
import { type RunResult, runResult, runSettings } from "../runs.ts";

interface Changes {
  readonly method: string;
  readonly seed?: number;
  readonly accuracies?: readonly number[];
  readonly tests?: RunResult["tests"];
}

/** Everything that is not said is the same in all of them. */
export function exampleRun({ method, seed = 1, accuracies = [0.5, 0.5], tests = null }: Changes): RunResult {
  const settings = runSettings.parse({
    ...{ scenario: "medical", model: "m", clients: accuracies.length, alpha: 0.5, rounds: 2, steps: 8, local: 2 },
    ...{ method, seed, rows: 40, batchSize: 4, labelNoise: 0, dropClients: 0 },
  });
  return runResult.parse({
    settings,
    accuracies,
    accuracyMean: accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length,
    accuracyStd: 0,
    accuracyWorst: Math.min(...accuracies),
    macroF1Mean: 0.5,
    ...{ baseMean: 0.1, personalMean: null, sharedMean: null, crossClientAccuracy: 0.4 },
    ...{ bytesUp: 0, bytesDown: 0, trainTokens: 0, forwardTokens: 0, seconds: 1, innerSteps: 4 },
    fusion: [],
    perRound: [],
    tests,
  });
}
