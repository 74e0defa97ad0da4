/** Who sees a participant's figures, in words. Pure. */
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { type FiguresFor, figuresInForce, hidesFigures } from "@duet/lora-core/protocol/figures";
import type { ClientView, Snapshot } from "@duet/lora-core/protocol/snapshot";
import { plural } from "./format.ts";

export interface FiguresOption {
  readonly value: FiguresFor;
  readonly label: string;
  readonly description: string;
}

/** What can be chosen in a federation, each with what comes of it. */
export function figuresOptions({ aggregation }: Pick<FederationConfig, "aggregation">): readonly FiguresOption[] {
  return [
    { value: "everybody", label: "Everybody", description: "Whoever has a link to this federation sees them on its dashboard." },
    {
      value: "organiser",
      label: "The organiser",
      description: "They are stored by the coordinator; whoever has the organiser link sees them, and nobody else.",
    },
    {
      value: "nobody",
      label: "Nobody",
      description:
        aggregation === "secure"
          ? "They stay in this tab. Means over all clients' rows come from the secure sums, out of which nobody can read yours."
          : "They stay in this tab, and no mean counts them. How many rows you train on is told to the coordinator all the same: it weighs your changes by it.",
    },
  ];
}

/** Why there is nothing to choose; null where there is. */
export function fixedFiguresText(config: Pick<FederationConfig, "training" | "clientPrivacy">): string | null {
  if (!hidesFigures(config)) return null;
  return "Nobody but you sees them: with differential privacy no figure leaves that was computed from your rows without noise.";
}

/** Whose figures are there for who looks on. */
export function tells({ figures, device }: Pick<ClientView, "figures" | "device">): boolean {
  return figures === "everybody" || (figures === "organiser" && device !== null);
}

/** Of one whose figures are not there. */
export const NOT_TOLD: Readonly<Record<FiguresFor, string>> = {
  everybody: "not told",
  organiser: "told to the organiser",
  nobody: "told to nobody",
};

/** "2 of 3 clients tell their figures here"; null where all do. */
export function tellersText({ clients }: Pick<Snapshot, "clients">): string | null {
  const count = clients.filter(tells).length;
  if (count === clients.length) return null;
  return `${count} of ${plural(clients.length, "client")} ${count === 1 ? "tells its" : "tell their"} figures here`;
}

/** Why there are no figures, and will be none; null where they are yet to come. */
export function noFiguresText({ config, clients }: Pick<Snapshot, "config" | "clients">, what: string): string | null {
  if (hidesFigures(config)) return `With differential privacy nobody sends ${what}: they are computed from rows without noise.`;
  if (clients.length === 0 || clients.some(tells)) return null;
  const none = `No client tells its ${what} here: that is each participant's own choice.`;
  if (config.aggregation === "secure") return `${none} Their means come with the secure sums.`;
  return `${none} Where updates are not summed securely there is no mean of what nobody tells.`;
}

/** Of what a participant chose, for its own tab. */
export function inForceText(config: Pick<FederationConfig, "training" | "clientPrivacy">, figures: FiguresFor): string {
  const seen = {
    everybody: "everybody sees them too",
    organiser: "the organiser sees them too",
    nobody: "nobody else sees them",
  };
  return seen[figuresInForce(config, figures)];
}
