/** Who sees a participant's figures, in words. Pure. */

import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { type FiguresFor, figuresInForce, hidesFigures } from "@duet/lora-core/protocol/figures";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { words } from "./federation/words.ts";
import { formatBytes } from "./format.ts";
import { type RankField, type Teller, tells, tellsTraffic } from "./toldFigures.ts";

export interface FiguresOption {
  readonly value: FiguresFor;
  readonly label: string;
  readonly description: string;
}

/** What can be chosen in a federation, each with what comes of it. */
export function figuresOptions({ aggregation }: Pick<FederationConfig, "aggregation">): readonly FiguresOption[] {
  return [
    { value: "everybody", label: words.figuresWords.everybody, description: words.figuresWords.everybodyNote },
    {
      value: "organiser",
      label: words.figuresWords.organiser,
      description: words.figuresWords.organiserNote,
    },
    {
      value: "nobody",
      label: words.figuresWords.nobody,
      description: aggregation === "secure" ? words.figuresWords.nobodySecure : words.figuresWords.nobodyPlain,
    },
  ];
}

/** Why there is nothing to choose; null where there is. */
export function fixedFiguresText(config: Pick<FederationConfig, "training" | "clientPrivacy">): string | null {
  if (!hidesFigures(config)) return null;
  return words.figuresWords.fixed;
}

/** Of one whose figures are not there. */
export const untoldText = (figures: FiguresFor): string => words.figuresWords.untold[figures];

/** Of bytes that all these clients sent or received; "told to nobody" where one of them does not tell. */
export function trafficText<T extends Teller>(clients: readonly T[], config: RankField, bytesOf: (client: T) => number): string {
  const untold = clients.find((client) => !tellsTraffic(client, config));
  return untold ? untoldText(untold.figures) : formatBytes(clients.reduce((sum, client) => sum + bytesOf(client), 0));
}

/** "2 of 3 clients tell their figures here"; null where all do. */
export function tellersText({ clients }: Pick<Snapshot, "clients">): string | null {
  const count = clients.filter(tells).length;
  if (count === clients.length) return null;
  return words.figuresWords.tellers(count, clients.length);
}

/** Why there are none of these figures, and will be none; null where they are yet to come. */
export function noFiguresText(
  { config, clients }: Pick<Snapshot, "config" | "clients">,
  figures: keyof typeof words.figuresWords.names,
): string | null {
  const what = words.figuresWords.names[figures];
  if (hidesFigures(config)) return words.figuresWords.privateNone(what);
  if (clients.length === 0 || clients.some(tells)) return null;
  const none = words.figuresWords.noneTold(what);
  if (config.aggregation === "secure") return words.figuresWords.meansFromSums(none);
  return words.figuresWords.noMeans(none);
}

/** Of what a participant chose, for its own tab. */
export function inForceText(config: Pick<FederationConfig, "training" | "clientPrivacy">, figures: FiguresFor): string {
  const seen = {
    everybody: words.figuresWords.everybodySees,
    organiser: words.figuresWords.organiserSees,
    nobody: words.figuresWords.nobodySees,
  };
  return seen[figuresInForce(config, figures)];
}
