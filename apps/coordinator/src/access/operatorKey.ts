/** The key of whoever runs the coordinator, as it is given to a program. The coordinator itself keeps only its hash. */
import { readFile } from "node:fs/promises";

const MIN_LENGTH = 20;
const MAKE_ONE = 'one is made by "openssl rand -base64 24"';

/**
 * The operator key from its file, or from the environment. Null when there is neither.
 * @throws {Error} with a sentence when it cannot be read or is too short to be a key.
 */
export async function readOperatorKey(file: string | null, value: string | undefined): Promise<string | null> {
  const text = file === null ? value : await readSecretFile(file, "--operator-key-file");
  if (text === undefined || text === "") return null;
  const key = text.trim();
  if (key.length >= MIN_LENGTH && key.length <= 200) return key;
  throw new Error(`The operator key must have ${MIN_LENGTH} to 200 characters; ${MAKE_ONE}.`);
}

/** The one line of a file. @throws {Error} naming the option when there is no such file, or nothing in it. */
export async function readSecretFile(path: string, option: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${option}: ${path} cannot be read (${error.code}); check the path and its rights.`);
  });
  if (text.trim() === "") throw new Error(`${option}: ${path} is empty; write the secret into it.`);
  return text.trim();
}
