/**
 * Schemas are checked without code made at run time. The page's policy forbids that anyway, and zod's question whether it may is reported by
 * browsers as a violation. Import it first.
 */
import { z } from "zod";

z.config({ jitless: true });
