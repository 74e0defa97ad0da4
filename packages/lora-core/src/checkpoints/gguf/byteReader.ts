/** Little-endian values one after the other, never past the end. */
import type { ModelSaying } from "../../errors/modelSentences.ts";
import type { Told } from "../../sayings/saying.ts";
import { GgufError, TruncatedGgufError } from "./ggufError.ts";

/** Longer texts than any chat template. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** A cursor over the bytes of a header. Every method throws a {@link GgufError} where the file ends too early. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Reads `size` bytes with a DataView getter, e.g. `take(4, (view, at) => view.getUint32(at, true))`. */
  take<Value>(size: number, read: (view: DataView, at: number) => Value): Value {
    const at = this.#offset;
    if (size > this.#bytes.byteLength - at) throw new TruncatedGgufError();
    this.#offset += size;
    return read(this.#view, at);
  }

  uint32(): number {
    return this.take(4, (view, at) => view.getUint32(at, true));
  }

  /** A 64-bit size. @throws {GgufError} above `limit`. */
  size(limit: number, what: ModelSaying): number {
    const value = this.take(8, (view, at) => view.getBigUint64(at, true));
    if (value > BigInt(limit)) throw new GgufError(["moreThan", what as Told, String(value), limit]);
    return Number(value);
  }

  /** A string with its 64-bit length before it. */
  text(): string {
    const length = this.size(MAX_TEXT_BYTES, ["textLength"]);
    const bytes = this.take(length, (_, at) => this.#bytes.subarray(at, at + length));
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw new GgufError(["textNotUtf8"]);
    }
  }
}
