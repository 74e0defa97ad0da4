/** Secrets come from the operating system, never from an experiment's seed. Tests pass bytes of their own. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;

/** What `getRandomValues` gives in one call. */
const LARGEST_DRAW = 65_536;

/** Of the system's cryptographic source, which pages over plain http have too. */
export const systemRandomBytes: RandomBytes = (length) => {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += LARGEST_DRAW) crypto.getRandomValues(bytes.subarray(start, start + LARGEST_DRAW));
  return bytes;
};
