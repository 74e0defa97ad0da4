/** Who the simulated participants of this tab are: in its own storage, so that a reload brings them back and another tab does not. */
import { clientIdentity, type IdentityStore } from "@duet/client/clientIdentity";
import type { TabEngine } from "../worker/tabEngine.ts";
import { readStored } from "./tabStorage.ts";

const keyOf = (federationId: string): string => `duet:companion:${federationId}`;

export const companionIdentities: IdentityStore = {
  identity: (federationId) => readStored(sessionStorage, keyOf(federationId), clientIdentity),
  saveIdentity: (identity) => sessionStorage.setItem(keyOf(identity.federationId), JSON.stringify(identity)),
  // Nobody has to admit it: it is only started where everybody may come in.
  saveAsking: () => undefined,
  saveParting: () => undefined,
  forgetIdentity: (federationId) => sessionStorage.removeItem(keyOf(federationId)),
};

/** What is kept of one that does not run: the page that started it was left. To the others it is away. */
export async function forgetCompanion(federationId: string, engine: () => TabEngine): Promise<void> {
  const known = companionIdentities.identity(federationId);
  if (!known) return;
  companionIdentities.forgetIdentity(federationId);
  await engine().forgetParts(known.clientId, ["rows", "adapters"]);
}
