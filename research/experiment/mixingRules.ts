/** Rules of serving, from answers of a pair of adapters on every client's fusion and test rows. */
import { accuracyAt, alphaOf, personalUnlessBeaten, shrunk, type TwoAnswers, temperatureOf, tempered } from "./outputMixing.ts";

/** a and b of Beta(a, b), the personal adapter first. */
const PRIORS = { "1, 1": [1, 1], "4, 1": [4, 1], "8, 2": [8, 2] } as const;

export interface AskedClient {
  readonly fusion: TwoAnswers;
  readonly test: TwoAnswers;
}

export interface RuleOutcome {
  /** Share of the personal adapter's answers, client by client. */
  readonly alphas: readonly number[];
  /** Client by client, on test rows. */
  readonly accuracies: readonly number[];
}

/** What each rule takes and reaches, by its words. */
export function ruleOutcomes(clients: readonly AskedClient[]): ReadonlyMap<string, RuleOutcome> {
  return new Map([
    ...fixedRules(clients),
    ...posteriorRules(clients, ""),
    ...posteriorRules(clients.map(atTemperatures), ", at temperatures"),
  ]);
}

/** Both adapters' answers at the temperature that their own fusion rows ask for. */
function atTemperatures({ fusion, test }: AskedClient): AskedClient {
  const personal = temperatureOf(fusion.personal, fusion.truth);
  const shared = temperatureOf(fusion.shared, fusion.truth);
  const both = (answers: TwoAnswers): TwoAnswers => ({
    ...answers,
    personal: tempered(answers.personal, personal),
    shared: tempered(answers.shared, shared),
  });
  return { fusion: both(fusion), test: both(test) };
}

function fixedRules(clients: readonly AskedClient[]): readonly (readonly [string, RuleOutcome])[] {
  return [
    [
      "the personal adapter",
      outcomeOf(
        clients,
        clients.map(() => 1),
      ),
    ],
    [
      "the shared adapter",
      outcomeOf(
        clients,
        clients.map(() => 0),
      ),
    ],
    [
      "the personal one unless beaten",
      outcomeOf(
        clients,
        clients.map(({ fusion }) => personalUnlessBeaten(fusion)),
      ),
    ],
    [
      "answers, half of each",
      outcomeOf(
        clients,
        clients.map(() => 0.5),
      ),
    ],
    [
      "answers, three quarters personal",
      outcomeOf(
        clients,
        clients.map(() => 0.75),
      ),
    ],
  ];
}

function posteriorRules(clients: readonly AskedClient[], how: string): readonly (readonly [string, RuleOutcome])[] {
  return Object.entries(PRIORS).flatMap(([name, [personal, shared]]) => {
    const found = clients.map(({ fusion }) => alphaOf(fusion, { personal, shared }));
    const own = outcomeOf(
      clients,
      found.map(({ mean }) => mean),
    );
    return [
      [`answers, posterior of Beta(${name})${how}`, own],
      [`answers, Beta(${name}), over clients${how}`, outcomeOf(clients, shrunk(found))],
    ] as const;
  });
}

const outcomeOf = (clients: readonly AskedClient[], alphas: readonly number[]): RuleOutcome => ({
  alphas,
  accuracies: clients.map(({ test }, i) => accuracyAt(test, alphas[i] ?? 0)),
});
