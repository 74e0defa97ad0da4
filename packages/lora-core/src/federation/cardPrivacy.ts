/** What an exported adapter's card says of who could see what went into it. Pure. */
import type { PrivacyStanding } from "../differentialPrivacy/privacyStanding.ts";
import type { FederationConfig } from "../protocol/federationConfig.ts";
import type { ClientAdapterKind } from "./heldAdapters.ts";

type PrivacyFields = Pick<FederationConfig, "aggregation" | "training" | "clientPrivacy">;

/** `standing` is where the client whose rows these are is with its budget; null where that is not known. */
export function privacyWords(
  kind: ClientAdapterKind,
  config: PrivacyFields,
  standing: PrivacyStanding | null,
): readonly string[] {
  const { training, clientPrivacy } = config;
  const promises = [
    ...(training.privacy ? [rowWords(training.privacy.epsilon, standing)] : []),
    ...(clientPrivacy ? [clientWords(kind, clientPrivacy)] : []),
  ];
  return [
    `- what clients shared: ${kind === "alone" ? "not in this adapter" : SHARED[config.aggregation]}`,
    ...(promises.length > 0 ? promises : ["- differential privacy: none"]),
    "- docs/privacy.md of Duet says what this covers, and what an adapter tells of rows",
  ];
}

const SHARED: Readonly<Record<FederationConfig["aggregation"], string>> = {
  plain: "sent as it was; whoever runs the coordinator could read each client's updates",
  secure: "summed securely; neither the coordinator nor another client saw a single client's update, but sums of them",
};

/** Of the rows that it is made from. */
function rowWords(epsilon: number, standing: PrivacyStanding | null): string {
  const spent = standing
    ? `; one client's rows have spent ${Number(standing.epsilon.toFixed(2))} of ${standing.limit} by then, at a delta of ${Number(standing.delta.toPrecision(2))}`
    : "";
  return `- differential privacy: an epsilon of at most ${epsilon} for any one of the rows that it was made from${spent}`;
}

/** Of what one client put into the sums. Its own training afterwards has no noise. */
function clientWords(kind: ClientAdapterKind, { epsilon, delta }: NonNullable<PrivacyFields["clientPrivacy"]>): string {
  const promise = `an epsilon of at most ${epsilon} at a delta of ${delta}, for all that any one client put into the shared adapters of all rounds together`;
  return `- differential privacy of clients: ${promise}${kind === "shared" ? "" : "; not of what this client trained on its own rows besides"}`;
}
