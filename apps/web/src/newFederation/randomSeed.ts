/** A fresh 32-bit seed for a new federation; everything after it is deterministic. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
}
