import { CHOICES, METHODS } from "../../lib/failures/choices.zh.ts";
import { SCHEMA } from "../../lib/failures/schema.zh.ts";
import type { en } from "./words.en.ts";

export const zh: typeof en = { choices: CHOICES, schema: SCHEMA, methods: METHODS };
