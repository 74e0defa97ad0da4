/**
 * What crosses in each phase, as schemas with limits. Keys, shares and signatures are bytes; all lists are in ascending order of the
 * client's id, each client once, so that a set has one encoding.
 *
 *   phase    client to coordinator   coordinator to client
 *   keys     KeyAnnouncement         KeyList       fixes U1
 *   shares   SecretShares            Delivery      fixes U2
 *   input    masked vector (a blob)  Survivors     fixes U3
 *   agree    Agreement               Agreements
 *   unmask   Revelation
 */
import { base64urlnopad } from "@scure/base";
import { z } from "zod";

export const MAX_SECURE_CLIENTS = 1000;

/** Also of a federation. ASCII, so that every language sorts it alike. */
export const clientId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** As it travels, see messageCodec.ts, or as it is. */
const bytes = (length: number) =>
  z.preprocess(
    (given) => (typeof given === "string" ? decodedBytes(given) : given),
    z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length, `must have ${length} bytes`),
  );

function decodedBytes(text: string): Uint8Array | string {
  try {
    return base64urlnopad.decode(text);
  } catch {
    return text;
  }
}

const key = bytes(32);
const digest = bytes(32);
const signature = bytes(64);
/** 32 bytes of a polynomial's values, and where. */
export const SHARE_BYTES = 33;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const share = bytes(SHARE_BYTES);
const box = bytes(NONCE_BYTES + 2 * SHARE_BYTES + TAG_BYTES);

const ascending = <T>(item: z.ZodType<T>, idOf: (value: T) => string) =>
  z
    .array(item)
    .max(MAX_SECURE_CLIENTS)
    .refine((list) => list.every((value, i) => i === 0 || idOf(list[i - 1] as T) < idOf(value)), {
      message: "must have each client once, in ascending order",
    });

export const memberList = ascending(clientId, (id) => id);

/** Fresh X25519 keys, signed with the client's identity. */
export const keyAnnouncement = z.strictObject({ shareKey: key, maskKey: key, signature });
export type KeyAnnouncement = z.output<typeof keyAnnouncement>;

export const keyEntry = z.strictObject({ client: clientId, ...keyAnnouncement.shape });
export type KeyEntry = z.output<typeof keyEntry>;

/** U1. */
export const keyList = z.strictObject({ entries: ascending(keyEntry, ({ client }) => client) });
export type KeyList = z.output<typeof keyList>;

/** Shares for one neighbour: encrypted for it, and SHA-256 of each share, by which the coordinator tells who sent a wrong one later. */
const sealedShares = z.strictObject({ box, maskKeyDigest: digest, seedDigest: digest });

/** To every neighbour in U1; SHA-256 of the seed itself, and of the shares that the client keeps. */
export const secretShares = z.strictObject({
  seedCommitment: digest,
  own: z.strictObject({ maskKeyDigest: digest, seedDigest: digest }),
  sealed: ascending(z.strictObject({ to: clientId, ...sealedShares.shape }), ({ to }) => to),
});
export type SecretShares = z.output<typeof secretShares>;

/** U2, and what its members sent to this client. */
export const delivery = z.strictObject({
  members: memberList,
  sealed: ascending(z.strictObject({ from: clientId, ...sealedShares.shape }), ({ from }) => from),
});
export type Delivery = z.output<typeof delivery>;

/** U3. */
export const survivors = z.strictObject({ members: memberList });
export type Survivors = z.output<typeof survivors>;

/** Signature over U3. */
export const agreement = z.strictObject({ signature });
export type Agreement = z.output<typeof agreement>;

export const agreements = z.strictObject({
  entries: ascending(z.strictObject({ client: clientId, signature }), ({ client }) => client),
});
export type Agreements = z.output<typeof agreements>;

const shareOf = z.strictObject({ of: clientId, share });

/** Shares of the seeds of U3 and of the mask keys of U2 without U3; never both of one client. */
export const revelation = z.strictObject({
  seeds: ascending(shareOf, ({ of }) => of),
  maskKeys: ascending(shareOf, ({ of }) => of),
});
export type Revelation = z.output<typeof revelation>;
