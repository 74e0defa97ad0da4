/** The importer against a server with the layout of those it downloads from, which breaks off once. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { downloadFile } from "./downloadFile.ts";
import { filesOf, type SourceFile } from "./sources.ts";

const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31) % 251));
const md5 = createHash("md5").update(content).digest("hex");
const sha256 = createHash("sha256").update(content).digest("hex");

let server: Server;
let origin: string;
let folder: string;
/** The Range header of every request for the file. */
let ranges: (string | undefined)[];
/** Ends the connection of the first of them, which has sent 40,000 bytes. */
let breakOff: () => void;

beforeEach(async () => {
  ranges = [];
  folder = mkdtempSync(join(tmpdir(), "import-data-"));
  server = createServer((request, response) => {
    if (request.url === "/api/records/8275861") {
      const file = { key: "BGL.zip", size: content.length, checksum: `md5:${md5}`, links: { self: `${origin}/BGL.zip` } };
      response.end(JSON.stringify({ files: [file] }));
    } else if (request.url === "/BGL.zip") {
      ranges.push(request.headers.range);
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from });
      if (ranges.length > 1) response.end(content.subarray(from));
      else {
        response.write(content.subarray(0, 40_000));
        breakOff = () => response.destroy();
      }
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const hosts = () => ({ github: origin, zenodo: origin });

describe("importing a data set", () => {
  it("goes on with a broken download, checks it, and keeps what is there", async () => {
    const [file] = await filesOf("loghub-2.0", hosts());
    if (!file) throw new Error("The record has one file");
    const part = join(folder, "loghub-2.0/BGL.zip.part");
    const broken = expect(downloadFile(folder, file)).rejects.toThrow(/broke off. Start again/);
    await expect.poll(() => existsSync(part) && statSync(part).size, { timeout: 10_000 }).toBe(40_000);
    breakOff();
    await broken;
    expect(existsSync(join(folder, "loghub-2.0/BGL.zip"))).toBe(false);
    expect(await downloadFile(folder, file)).toBe("downloaded");
    expect(readFileSync(join(folder, "loghub-2.0/BGL.zip")).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, "bytes=40000-"]);
    expect(await downloadFile(folder, file)).toBe("kept");
    expect(ranges).toHaveLength(2);
  });

  it("refuses another content, and leaves nothing of it", async () => {
    const wrong: SourceFile = {
      path: "loghub/BGL.zip",
      url: `${origin}/BGL.zip`,
      bytes: content.length,
      checksum: { algorithm: "sha256", hex: sha256.replace(/./, "g") },
    };
    ranges.push("an earlier one");
    await expect(downloadFile(folder, wrong)).rejects.toThrow(/sha256 differs/);
    expect(existsSync(join(folder, "loghub/BGL.zip.part"))).toBe(false);
    expect(await downloadFile(folder, { ...wrong, checksum: { algorithm: "sha256", hex: sha256 } })).toBe("downloaded");
    writeFileSync(join(folder, "loghub/BGL.zip"), "short");
    await expect(downloadFile(folder, wrong)).rejects.toThrow(/has 5 bytes, but .* should have 100000/);
  });

  it("names the layout that experiments read, and says which address is refused", async () => {
    const files = [...(await filesOf("medical", hosts())), ...(await filesOf("loghub", hosts()))];
    expect(files.map(({ path }) => path).slice(0, 3)).toEqual([
      "medical/Symptom2Disease.csv",
      "loghub/Apache_2k.log_structured.csv",
      "loghub/BGL_2k.log_structured.csv",
    ]);
    expect(files[2]?.url).toBe(`${origin}/logpai/loghub/master/BGL/BGL_2k.log_structured.csv`);
    await expect(downloadFile(folder, files[2] as SourceFile)).rejects.toThrow(
      /BGL_2k.log_structured.csv cannot be had \(HTTP 404\)/,
    );
    await expect(filesOf("loghub-logs", hosts())).rejects.toThrow(/api\/records\/8196385 does not answer \(HTTP 404\)/);
  });
});
