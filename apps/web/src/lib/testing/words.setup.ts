/** Tests read the page's English words, as a page does: once what they test is loaded. */
import { beforeAll } from "vitest";
import { loadWords } from "../language.ts";

beforeAll(() => loadWords());
