/** A bucket of an S3-compatible object store: whole objects by their keys, over signed requests. */
import { AwsClient } from "aws4fetch";

export interface Bucket {
  /** Stored when it resolves. @throws {BucketError} */
  put(key: string, content: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Null where there is none. @throws {BucketError} */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  delete(key: string): Promise<void>;
  /** What is below that prefix: keys without it, or with `folders` the names up to the next slash. @throws {BucketError} */
  list(prefix: string, folders?: boolean): Promise<readonly string[]>;
}

export interface BucketSettings {
  /** Of the bucket, with what keys begin with, as https://s3.example.org/bucket/duet. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** The object store cannot do what it was asked: a system error. */
export class BucketError extends Error {
  override readonly name = "BucketError";
  readonly code: string;
  readonly syscall = "fetch";

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Of a request that the store could not answer; it is slower each time. */
const RETRIES = 4;
const TIMEOUT_MS = 60_000;

/** Nothing is asked for yet. */
export function openBucket({ url, ...keys }: BucketSettings): Bucket {
  const client = new AwsClient({ ...keys, service: "s3", retries: RETRIES });
  const address = new URL(url);
  const [, bucket = "", ...rest] = address.pathname.split("/").filter((part, index) => index === 0 || part !== "");
  const root = rest.length === 0 ? "" : `${rest.join("/")}/`;
  const addressOf = (key: string) => `${address.origin}/${bucket}/${root}${key}`;

  async function ask(target: string, init: RequestInit, allowed: readonly number[]): Promise<Response> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await client.fetch(target, { ...init, signal }).catch((cause) => {
      throw new BucketError("The object store does not answer", "UNREACHABLE", { cause });
    });
    if (answer.ok || allowed.includes(answer.status)) return answer;
    throw new BucketError(`The object store refuses: ${(await answer.text()).slice(0, 200)}`, `HTTP ${answer.status}`);
  }

  return {
    async put(key, content) {
      await (await ask(addressOf(key), { method: "PUT", body: content }, [])).arrayBuffer();
    },
    async get(key) {
      const answer = await ask(addressOf(key), {}, [404]);
      const content = new Uint8Array(await answer.arrayBuffer());
      return answer.status === 404 ? null : content;
    },
    async delete(key) {
      await (await ask(addressOf(key), { method: "DELETE" }, [404])).arrayBuffer();
    },
    async list(prefix, folders = false) {
      const found: string[] = [];
      let token: string | null = null;
      do {
        const query = new URLSearchParams({ "list-type": "2", prefix: root + prefix });
        if (folders) query.set("delimiter", "/");
        if (token !== null) query.set("continuation-token", token);
        const text = await (await ask(`${address.origin}/${bucket}?${query}`, {}, [])).text();
        const pattern = folders ? /<CommonPrefixes>\s*<Prefix>([^<]*)\/<\/Prefix>/g : /<Key>([^<]*)<\/Key>/g;
        for (const [, name = ""] of text.matchAll(pattern)) found.push(name.slice(root.length + prefix.length));
        token = /<NextContinuationToken>([^<]*)</.exec(text)?.[1] ?? null;
      } while (token !== null);
      return found;
    },
  };
}
