/** Compressed forms of static files, made once at build time: `app.js.br` and `app.js.gz` beside `app.js`. */
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Kinds that are not compressed in themselves. */
const KINDS: ReadonlySet<string> = new Set([".js", ".css", ".json", ".wasm", ".svg", ".txt"]);
/** What is smaller travels in one packet either way. */
const MIN_BYTES = 1400;

const [brotli, gzipped] = [promisify(brotliCompress), promisify(gzip)];

/** Compresses every file below the folder that becomes smaller by it. */
export async function precompress(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && KINDS.has(extname(entry.name)));
  await Promise.all(files.map((file) => compressFile(join(file.parentPath, file.name))));
}

async function compressFile(path: string): Promise<void> {
  const content = await readFile(path);
  if (content.length < MIN_BYTES) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  const forms = { br: await brotli(content, { params }), gz: await gzipped(content, { level: 9 }) };
  for (const [ending, form] of Object.entries(forms)) {
    if (form.length >= content.length) continue;
    // Renamed into place, so that nobody is served half a file.
    await writeFile(`${path}.${ending}.partial`, form);
    await rename(`${path}.${ending}.partial`, `${path}.${ending}`);
  }
}
