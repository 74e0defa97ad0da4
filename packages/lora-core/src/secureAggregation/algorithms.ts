/**
 * X25519, Ed25519's check and AES from the browser where it has them, from @noble otherwise: pages that are not secure (a coordinator on
 * the local network) have no `crypto.subtle`, and browsers differ in the curves. Each is taken from the browser only if it gives the same
 * answer as @noble there.
 */
import { ctr, gcm } from "@noble/ciphers/aes.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { hexToBytes } from "@noble/hashes/utils.js";

type Bytes = Uint8Array<ArrayBuffer>;

export interface Algorithms {
  /** The raw shared secret. @throws where it is all zero. */
  readonly agree: (secretKey: Uint8Array, publicKey: Uint8Array) => Promise<Uint8Array>;
  /** Ed25519. False also for what is no key and no signature. */
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;
  /** AES-256-CTR with a whole counter block, of which the last 8 bytes count. */
  readonly ctr: (key: Uint8Array, counter: Uint8Array, plain: Uint8Array) => Promise<Bytes>;
  /** AES-256-GCM; the tag of 16 bytes is at the end. */
  readonly seal: (key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, plain: Uint8Array) => Promise<Bytes>;
  /** @throws where the tag does not fit. */
  readonly open: (key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, sealed: Uint8Array) => Promise<Bytes>;
}

export const nobleAlgorithms: Algorithms = {
  agree: async (secretKey, publicKey) => x25519.getSharedSecret(secretKey, publicKey),
  async verify(publicKey, message, signature) {
    try {
      // Strict: only what RFC 8032 would make.
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
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
    async verify(publicKey, message, signature) {
      const key = await subtle.importKey("raw", own(publicKey), "Ed25519", false, ["verify"]).catch(() => null);
      return key !== null && (await subtle.verify("Ed25519", key, own(signature), own(message)));
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
  const [agree, verify, ctr, gcm] = await Promise.all(
    TRIALS.map(async (trial) => ((await works(trial, native)) ? native : nobleAlgorithms)),
  );
  if (!agree || !verify || !ctr || !gcm) return nobleAlgorithms;
  return { agree: agree.agree, verify: verify.verify, ctr: ctr.ctr, seal: gcm.seal, open: gcm.open };
}

/** RFC 7748, 5.2, the first vector. */
const SCALAR = hexToBytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
const POINT = hexToBytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
const ZEROS = new Uint8Array(32);

/** One use of each algorithm, in the order of {@link chooseAlgorithms}. */
const TRIALS: readonly ((of: Algorithms) => Promise<Uint8Array>)[] = [
  ({ agree }) => agree(SCALAR, POINT),
  async ({ verify }) => {
    const signature = ed25519.sign(POINT, SCALAR);
    const publicKey = ed25519.getPublicKey(SCALAR);
    return Uint8Array.of(Number(await verify(publicKey, POINT, signature)), Number(await verify(publicKey, SCALAR, signature)));
  },
  ({ ctr }) => ctr(SCALAR, ZEROS.subarray(16), ZEROS),
  async ({ seal, open }) => open(SCALAR, ZEROS.subarray(20), POINT, await seal(SCALAR, ZEROS.subarray(20), POINT, ZEROS)),
];

async function works(trial: (of: Algorithms) => Promise<Uint8Array>, native: Algorithms): Promise<boolean> {
  try {
    const [answer, expected] = await Promise.all([trial(native), trial(nobleAlgorithms)]);
    return answer.join() === expected.join();
  } catch {
    return false;
  }
}

/** As WebCrypto's types want it: over memory that is not shared. */
function own(bytes: Uint8Array): Bytes {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Bytes) : new Uint8Array(bytes);
}
