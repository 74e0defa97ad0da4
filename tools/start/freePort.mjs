/** Finds a port to listen on. */
import { createServer } from "node:net";

/** How many ports, from the wanted one on, are looked at. */
const ATTEMPTS = 20;

/**
 * The wanted port, or the next one after it that nobody listens on.
 * @param {number} wanted
 * @param {string} host
 * @returns {Promise<number>}
 * @throws {RangeError} when all of them are busy
 */
export async function freePort(wanted, host) {
  for (let port = wanted; port < wanted + ATTEMPTS; port++) if (await isFree(port, host)) return port;
  throw new RangeError(`The ports ${wanted} to ${wanted + ATTEMPTS - 1} are all in use; choose another one with --port.`);
}

function isFree(port, host) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
