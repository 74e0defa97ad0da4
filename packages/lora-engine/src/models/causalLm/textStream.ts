/** From tokens to pieces of text as they become certain: no character is cut in two, and nothing of a stop string gets out. */

export interface TextStreamOptions {
  readonly decode: (tokens: readonly number[]) => string;
  /** The text ends before the first of these. */
  readonly stop: readonly string[];
}

/** What decoding puts in place of bytes that are no character yet. */
const UNFINISHED = /\uFFFD+$/;

/** The pieces together are the decoded text, up to the first stop string. */
export async function* textStream(
  tokens: AsyncIterable<number>,
  { decode, stop }: TextStreamOptions,
): AsyncGenerator<string, void> {
  const read: number[] = [];
  let sent = 0;
  for await (const token of tokens) {
    read.push(token);
    const text = decode(read).replace(UNFINISHED, "");
    const end = firstOf(stop, text);
    const certain = end ?? text.length - heldBack(stop, text);
    if (certain > sent) yield text.slice(sent, certain);
    sent = Math.max(sent, certain);
    if (end !== null) return;
  }
  const rest = decode(read).slice(sent);
  if (rest) yield rest;
}

/** Where the first stop string begins; null when there is none. */
function firstOf(stop: readonly string[], text: string): number | null {
  const found = stop.filter((part) => part !== "").map((part) => text.indexOf(part));
  return found.reduce<number | null>((first, at) => (at < 0 ? first : Math.min(first ?? at, at)), null);
}

/** Characters at the end that a stop string may begin with. */
function heldBack(stop: readonly string[], text: string): number {
  const longest = stop.map((part) => {
    let length = Math.min(part.length - 1, text.length);
    while (length > 0 && !text.endsWith(part.slice(0, length))) length--;
    return Math.max(length, 0);
  });
  return Math.max(0, ...longest);
}
