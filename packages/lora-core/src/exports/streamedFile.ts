/** A file of known size whose bytes are made piece by piece while it is written, so that it never lies in memory as a whole. */
export interface StreamedFile {
  readonly name: string;
  readonly bytes: number;
  /** Anew at every call. A piece belongs to whoever takes it. */
  readonly pieces: () => AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** A file of a base, checked. What `slice` gives belongs to whoever takes it. */
export interface BaseFile {
  readonly bytes: number;
  /** Bytes `begin` to `end`, which it has. */
  slice(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** The files of a base. What was opened is let go once the file was gone through. */
export interface BaseFiles {
  readonly names: readonly string[];
  open(name: string): Promise<BaseFile>;
}

/** A file of a base that is at hand. */
export function fileInMemory(content: Uint8Array<ArrayBuffer>): BaseFile {
  return { bytes: content.byteLength, slice: async (begin, end) => content.slice(begin, end) };
}

/** The whole of a small one. */
export async function readWhole({ open }: BaseFiles, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(name);
  return file.slice(0, file.bytes);
}

/** The whole of one as JSON. */
export async function readJson(base: BaseFiles, name: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await readWhole(base, name)));
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
