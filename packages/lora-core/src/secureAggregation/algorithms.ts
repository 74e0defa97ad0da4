/**
 * X25519 and AES from the browser where it has them, from @noble otherwise: pages that are not secure (a coordinator on the local
 * network) have no `crypto.subtle`, and browsers differ in X25519. Each is taken from the browser only if it gives a known answer there.
 */
import { ctr, gcm } from "@noble/ciphers/aes.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { hexToBytes } from "@noble/hashes/utils.js";

type Bytes = Uint8Array<ArrayBuffer>;

export interface Algorithms {
  /** The raw shared secret. @throws where it is all zero. */
  readonly agree: (secretKey: Uint8Array, publicKey: Uint8Array) => Promise<Uint8Array>;
  /** AES-256-CTR with a whole counter block, of which the last 8 bytes count. */
  readonly ctr: (key: Uint8Array, counter: Uint8Array, plain: Uint8Array) => Promise<Bytes>;
  /** AES-256-GCM; the tag of 16 bytes is at the end. */
  readonly seal: (key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, plain: Uint8Array) => Promise<Bytes>;
  /** @throws where the tag does not fit. */
  readonly open: (key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, sealed: Uint8Array) => Promise<Bytes>;
}

export const nobleAlgorithms: Algorithms = {
  agree: async (secretKey, publicKey) => x25519.getSharedSecret(secretKey, publicKey),
  ctr: async (key, counter, plain) => own(ctr(key, counter).encrypt(plain)),
  seal: async (key, nonce, bound, plain) => own(gcm(key, nonce, bound).encrypt(plain)),
  open: async (key, nonce, bound, sealed) => own(gcm(key, nonce, bound).decrypt(sealed)),
};

/** PKCS #8 of an X25519 key without its last 32 bytes (RFC 8410). */
const PKCS8_PREFIX = hexToBytes("302e020100300506032b656e04220420");

/** Of a context that has WebCrypto. */
export function webAlgorithms(subtle: SubtleCrypto): Algorithms {
  const aes = (key: Uint8Array, name: string) => subtle.importKey("raw", own(key), name, false, ["encrypt", "decrypt"]);
  const gcmOf = (nonce: Uint8Array, bound: Uint8Array) => ({ name: "AES-GCM", iv: own(nonce), additionalData: own(bound) });
  return {
    async agree(secretKey, publicKey) {
      const pkcs8 = new Uint8Array([...PKCS8_PREFIX, ...secretKey]);
      const mine = await subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
      const theirs = await subtle.importKey("raw", own(publicKey), "X25519", false, []);
      return new Uint8Array(await subtle.deriveBits({ name: "X25519", public: theirs }, mine, 256));
    },
    async ctr(key, counter, plain) {
      const parameters = { name: "AES-CTR", counter: own(counter), length: 64 };
      return new Uint8Array(await subtle.encrypt(parameters, await aes(key, "AES-CTR"), own(plain)));
    },
    async seal(key, nonce, bound, plain) {
      return new Uint8Array(await subtle.encrypt(gcmOf(nonce, bound), await aes(key, "AES-GCM"), own(plain)));
    },
    async open(key, nonce, bound, sealed) {
      return new Uint8Array(await subtle.decrypt(gcmOf(nonce, bound), await aes(key, "AES-GCM"), own(sealed)));
    },
  };
}

/** The browser's where they work, else @noble's; found out once. */
export function algorithms(): Promise<Algorithms> {
  chosen ??= chooseAlgorithms(globalThis.crypto?.subtle);
  return chosen;
}
let chosen: Promise<Algorithms> | undefined;

/** Of what a context has; `subtle` is undefined where it is not secure. */
export async function chooseAlgorithms(subtle: SubtleCrypto | undefined): Promise<Algorithms> {
  if (!subtle) return nobleAlgorithms;
  const native = webAlgorithms(subtle);
  const counting = async ({ ctr }: Algorithms) => ctr(KNOWN.scalar, new Uint8Array(16), new Uint8Array(32));
  const agreeing = async ({ agree }: Algorithms) => agree(KNOWN.scalar, KNOWN.point);
  const sealing = async ({ seal }: Algorithms) => seal(KNOWN.scalar, new Uint8Array(12), KNOWN.point, KNOWN.point);
  const [agrees, counts, seals] = await Promise.all([agreeing, counting, sealing].map((task) => sameAnswer(task, native)));
  const { seal, open } = seals ? native : nobleAlgorithms;
  return { agree: (agrees ? native : nobleAlgorithms).agree, ctr: (counts ? native : nobleAlgorithms).ctr, seal, open };
}

/** RFC 7748, 5.2, the first vector. */
const KNOWN = {
  scalar: hexToBytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
  point: hexToBytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
};

async function sameAnswer(task: (of: Algorithms) => Promise<Uint8Array>, native: Algorithms): Promise<boolean> {
  try {
    const [answer, expected] = await Promise.all([task(native), task(nobleAlgorithms)]);
    return answer.join() === expected.join();
  } catch {
    return false;
  }
}

/** As WebCrypto's types want it: over memory that is not shared. */
function own(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes);
}
