/** SHA-256 in any context: WebCrypto is missing on pages that are not secure (a coordinator on the local network). */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

export interface RunningHash {
  update(chunk: Uint8Array): void;
  /** The digest in lower-case hex; call once. */
  hex(): string;
}

/** Hashes chunk by chunk, so that a download is checked while it arrives. */
export function createSha256(): RunningHash {
  const hash = sha256.create();
  return {
    update(chunk) {
      hash.update(chunk);
    },
    hex: () => bytesToHex(hash.digest()),
  };
}

/** Of bytes that are at hand, lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}
