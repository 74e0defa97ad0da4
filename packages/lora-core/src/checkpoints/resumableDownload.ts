/**
 * One file over HTTP into memory, once: straight into a buffer of its size, hashed while it arrives. A connection that breaks
 * off is taken up where it ended (Range), or from the start where the server cannot do that. Where the SHA-256 is known it tells
 * whether the parts belong together; where it is not, the server's name of the version does (If-Range).
 */

import { CONNECTION_SENTENCES, type ConnectionSaying } from "../errors/connectionSentences.ts";
import { DuetError } from "../errors/duetError.ts";
import { say, type Told } from "../sayings/saying.ts";
import { createSha256 } from "./sha256.ts";
import { stallSignal } from "./stallSignal.ts";

/** Attempts in a row that bring nothing before it is given up: soon where nothing ever came, after minutes in the middle. */
const FRUITLESS_ATTEMPTS = { first: 4, later: 30 };
/** Waits grow up to so many times the first one. */
const LONGEST_WAIT = 10;

export interface DownloadProgress {
  readonly receivedBytes: number;
  /** Null when the server does not say. */
  readonly totalBytes: number | null;
}

export interface DownloadOptions {
  /** Lower-case hex the file must have; null takes any file. */
  readonly sha256: string | null;
  readonly onProgress: (progress: DownloadProgress) => void;
  /** Sent along, for what is not for everyone. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Wait before the first repetition, ms; each further one waits as much longer, up to ten times. */
  readonly retryMs?: number;
}

/** A file that could not be had. */
export class ModelDownloadError extends DuetError {
  constructor(
    saying: ConnectionSaying,
    /** What the server answered; null when it was not reached or broke off. */
    readonly status: number | null,
  ) {
    super("MODEL_DOWNLOAD", say(CONNECTION_SENTENCES, saying), { told: saying as Told });
  }
}

/** @throws {ModelDownloadError} unreachable, refused, broken off again and again, or another SHA-256 than asked for. */
export async function download(
  url: string,
  { sha256, onProgress, headers = {}, retryMs = 500 }: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  for (let isLast = sha256 === null; ; isLast = true) {
    const file = new PartialFile(sha256 !== null);
    let fruitless = 0;
    for (let before = 0; !(await receive(url, file, headers, onProgress)); before = file.receivedBytes) {
      fruitless = file.receivedBytes > before ? 0 : fruitless + 1;
      const most = FRUITLESS_ATTEMPTS[file.receivedBytes === 0 ? "first" : "later"];
      if (fruitless >= most) throw new ModelDownloadError(["brokeOff", url], null);
      await new Promise((resolve) => setTimeout(resolve, Math.min(fruitless + 1, LONGEST_WAIT) * retryMs));
    }
    if (sha256 === null || file.sha256() === sha256) return file.bytes();
    // Parts of two versions: the newer one may be right.
    if (isLast || !file.hasParts) throw new ModelDownloadError(["otherFile", url], null);
  }
}

/** One connection. True when the file is complete, false when it broke off. @throws {ModelDownloadError} when the server refuses. */
async function receive(
  url: string,
  file: PartialFile,
  headers: Readonly<Record<string, string>>,
  onProgress: DownloadOptions["onProgress"],
): Promise<boolean> {
  const stall = stallSignal();
  try {
    const response = await fetch(url, { headers: { ...headers, ...file.resumeHeaders() }, signal: stall.signal }).catch(
      () => null,
    );
    if (!response) return false;
    if (!response.ok) throw new ModelDownloadError(["refusedWith", url, response.status], response.status);
    file.begin(response);
    const reader = response.body?.getReader();
    while (reader) {
      const piece = await reader.read().catch(() => null);
      if (!piece) return false;
      if (piece.done) break;
      stall.touch();
      file.append(piece.value);
      onProgress({ receivedBytes: file.receivedBytes, totalBytes: file.totalBytes });
    }
    return file.totalBytes === null || file.receivedBytes === file.totalBytes;
  } finally {
    stall.stop();
  }
}

/** What has arrived so far. */
class PartialFile {
  /** Parts may be joined without the server saying that they are of one version. */
  readonly #isPinned: boolean;
  #hash = createSha256();
  /** The buffer of the whole size where that is known, grown where it is not. */
  #buffer = new Uint8Array(0);
  #received = 0;
  #total: number | null = null;
  #version: string | null = null;
  #hasParts = false;

  constructor(isPinned: boolean) {
    this.#isPinned = isPinned;
  }

  /** True when what is here came in more than one answer. */
  get hasParts(): boolean {
    return this.#hasParts;
  }

  get receivedBytes(): number {
    return this.#received;
  }

  get totalBytes(): number | null {
    return this.#total;
  }

  /** Asks for the rest. Without If-Range where it can be: with it another origin must first allow the request. */
  resumeHeaders(): Record<string, string> {
    if (this.#received === 0 || this.#total === null) return {};
    const range = `bytes=${this.#received}-`;
    if (this.#isPinned) return { range };
    return this.#version === null ? {} : { range, "if-range": this.#version };
  }

  /** Takes a response's headers; anything but exactly the rest of the file starts from zero. */
  begin(response: Response): void {
    const rest = response.headers.get("content-range") === `bytes ${this.#received}-${(this.#total ?? 0) - 1}/${this.#total}`;
    if (response.status === 206 && rest) {
      this.#hasParts = true;
      return;
    }
    if (response.status === 206) throw new ModelDownloadError(["otherPart", response.url], 206);
    const length = Number(response.headers.get("content-length"));
    // The length of an encoded body is not the file's.
    this.#total = length > 0 && !response.headers.has("content-encoding") ? length : null;
    const etag = response.headers.get("etag");
    this.#version = this.#total !== null && etag?.startsWith('"') ? etag : null;
    this.#hash = createSha256();
    this.#hasParts = false;
    this.#received = 0;
    this.#buffer = new Uint8Array(this.#total ?? 0);
  }

  append(piece: Uint8Array): void {
    const end = this.#received + piece.byteLength;
    if (end > this.#buffer.byteLength) {
      if (this.#total !== null) throw new ModelDownloadError(["sentMore"], null);
      const larger = new Uint8Array(Math.max(end, 2 * this.#buffer.byteLength));
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#received);
    this.#hash.update(piece);
    this.#received = end;
  }

  /** Call once. */
  sha256(): string {
    return this.#hash.hex();
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#received);
  }
}
