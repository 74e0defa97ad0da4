/**
 * TF.js' plain wasm binary with its memory shared: the one byte that says whether other threads may have it is all that our kernels' threads
 * need. Why not TF.js' own build with threads: docs/adr/0036-threads-of-the-page.md.
 */

const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
/** Flags of a memory with a maximum, and of the same shared. */
const WITH_MAXIMUM = 1;
const SHARED_WITH_MAXIMUM = 3;

/**
 * A copy. @throws {TypeError} when the binary does not have one memory of its own with a maximum.
 * @param {Uint8Array} binary
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function withSharedMemory(binary) {
  const copy = Uint8Array.from(binary);
  for (let at = HEADER_BYTES; at < copy.length; ) {
    const { value: bytes, end: start } = unsigned(copy, at + 1);
    if (copy[at] === MEMORY_SECTION && copy[start] === 1 && copy[start + 1] === WITH_MAXIMUM) {
      copy[start + 1] = SHARED_WITH_MAXIMUM;
      return copy;
    }
    at = start + bytes;
  }
  throw new TypeError("TF.js' wasm backend has changed: its binary has no memory of its own that could be shared");
}

/** A LEB128 number, and where the next byte is. */
function unsigned(bytes, at) {
  let value = 0;
  for (let end = at, shift = 0; ; end++, shift += 7) {
    const byte = bytes[end] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return { value, end: end + 1 };
  }
}
