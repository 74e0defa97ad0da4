/**
 * What the page and its workers get for `zod` (vite.config.ts): schemas that are checked without code made at run time. The page's policy forbids
 * that anyway, and the question whether it may, which zod asks with the first schema that is made, is reported by browsers as a violation. So
 * it is answered here, which every schema waits for.
 */
import { z } from "zod/v4";

z.config({ jitless: true });

export * from "zod/v4";
export { z };
