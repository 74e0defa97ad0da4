/** What two clients of an attempt have in common: the mask that one adds and the other subtracts, and the key of a box from one to the other. */
import { type AttemptTerms, contextBytes } from "./attempt.ts";
import { agreedKey, derivedKey } from "./keyAgreement.ts";
import type { Mask, Sign } from "./keystream.ts";

/** Of a pair's two, the one whose id comes first adds. */
const signOf = (client: string, peer: string): Sign => (client < peer ? 1 : -1);

/** The mask that `client` puts on its vector for `peer`. */
export async function pairMask(
  terms: AttemptTerms,
  client: string,
  secretKey: Uint8Array,
  peer: string,
  peerKey: Uint8Array,
): Promise<Mask> {
  const pair = client < peer ? [client, peer] : [peer, client];
  return {
    key: await agreedKey(secretKey, peerKey, contextBytes(terms, "pair mask", ...pair), peer),
    sign: signOf(client, peer),
  };
}

/** The mask that a client puts on for itself. */
export function selfMask(terms: AttemptTerms, client: string, seed: Uint8Array): Mask {
  return { key: derivedKey(seed, contextBytes(terms, "self mask", client)), sign: 1 };
}

/** The same mask, taken off again. */
export const inverse = ({ key, sign }: Mask): Mask => ({ key, sign: sign === 1 ? -1 : 1 });

/** The key of the box from one client to another; `secretKey` and `peerKey` are of the pair's two ends, whichever. */
export async function boxKey(
  terms: AttemptTerms,
  { from, to }: { readonly from: string; readonly to: string },
  secretKey: Uint8Array,
  peerKey: Uint8Array,
  peer: string,
): Promise<Uint8Array> {
  return await agreedKey(secretKey, peerKey, contextBytes(terms, "share key", from, to), peer);
}

/** What a box is bound to. */
export function boxContext(terms: AttemptTerms, from: string, to: string): Uint8Array {
  return contextBytes(terms, "shares", from, to);
}
