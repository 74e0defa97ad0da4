/**
 * The normaliser that SentencePiece compiles into its models ("Precompiled"): a Darts double-array trie over UTF-8 bytes, whose values
 * are where a replacement begins. Format: sentencepiece/src/normalizer.cc; the walk is that of the Rust crate spm_precompiled.
 */
import { TokenizerError } from "./tokenizerError.ts";

/** Longer clusters are looked up character by character. */
const MAX_CLUSTER_BYTES = 5;

/** `base64` is a u32 with the trie's size in bytes, the trie, then replacements with a zero after each. @throws {TokenizerError} */
export function charsMapNormalizer(base64: string): (text: string) => string {
  const { trie, replacements } = parseCharsMap(base64);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

  /** Of the shortest prefix that has one; null when there is none. */
  function replacementOf(bytes: Uint8Array): string | null {
    let position = offsetOf(trie[0] ?? 0);
    for (const byte of bytes) {
      if (byte === 0) return null;
      position ^= byte;
      const unit = trie[position] ?? 0;
      if (labelOf(unit) !== byte) return null;
      position ^= offsetOf(unit);
      if (!hasLeaf(unit)) continue;
      const begin = (trie[position] ?? 0) & 0x7fffffff;
      return decoder.decode(replacements.subarray(begin, replacements.indexOf(0, begin)));
    }
    return null;
  }

  function normalizeCluster(cluster: string): string {
    const bytes = encoder.encode(cluster);
    const whole = bytes.length <= MAX_CLUSTER_BYTES ? replacementOf(bytes) : null;
    if (whole !== null) return whole;
    return Array.from(cluster, (character) => replacementOf(encoder.encode(character)) ?? character).join("");
  }

  return (text) => Array.from(clusters.segment(text), ({ segment }) => normalizeCluster(segment)).join("");
}

const hasLeaf = (unit: number) => ((unit >>> 8) & 1) === 1;
/** More than a byte where the unit is a value. */
const labelOf = (unit: number) => (unit & 0x800000ff) >>> 0;
const offsetOf = (unit: number) => ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;

function parseCharsMap(base64: string): { trie: Uint32Array; replacements: Uint8Array } {
  const bytes = decodeBase64(base64);
  const trieBytes = bytes.length < 4 ? -1 : new DataView(bytes.buffer).getUint32(0, true);
  if (trieBytes < 4 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) {
    throw new TokenizerError(["charsMapDamaged"]);
  }
  // slice() copies: the array must begin at a multiple of four.
  return { trie: new Uint32Array(bytes.slice(4, 4 + trieBytes).buffer), replacements: bytes.subarray(4 + trieBytes) };
}

function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new TokenizerError(["charsMapNotBase64"]);
  }
}
