/** A file of known size whose bytes are made piece by piece while it is written, so that it never lies in memory as a whole. */
export interface StreamedFile {
  readonly name: string;
  readonly bytes: number;
  /** Anew at every call. A piece belongs to whoever takes it. */
  readonly pieces: () => AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** The files of a base. `read` gives the whole of one, checked; what it gave is let go once the file was gone through. */
export interface BaseFiles {
  readonly names: readonly string[];
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file that is at hand. */
export function wholeFile(name: string, content: Uint8Array<ArrayBuffer> | string): StreamedFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    name,
    bytes: bytes.byteLength,
    async *pieces() {
      yield bytes;
    },
  };
}
