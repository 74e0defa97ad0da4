import { words } from "./words.ts";

/** Of several files that were dropped where one is read. */
export function TooManyFiles({ count }: { readonly count: number | null }) {
  return count !== null && <p role="alert">{words.tooManyFiles.oneAtATime(count)}</p>;
}
