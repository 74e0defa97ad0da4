/** The public data sets: which files, where they lie on the web and in a data folder, and what they must be. */
import { z } from "zod";

export interface SourceFile {
  /** In the data folder, as `npm run experiment -- --data` reads it. */
  readonly path: string;
  readonly url: string;
  readonly bytes: number | null;
  /** Hex of the whole file; null where nobody says. */
  readonly checksum: { readonly algorithm: "sha256" | "md5"; readonly hex: string } | null;
}

/** The servers; tests have their own. */
export interface Hosts {
  readonly github: string;
  readonly zenodo: string;
}

export const HOSTS: Hosts = { github: "https://raw.githubusercontent.com", zenodo: "https://zenodo.org" };

export const DATA_SETS = ["medical", "loghub", "loghub-logs", "loghub-2.0"] as const;
export type DataSet = (typeof DATA_SETS)[number];

/** Size and SHA-256 of the 2,000 structured lines of every system (Zhu et al., Loghub, ISSRE 2023). */
const SAMPLES: Readonly<Record<string, readonly [number, string]>> = {
  Apache: [258805, "54331d12eedf513f2127f4d89f0284c8b15fddfa5471103abf9db2c73d737778"],
  BGL: [425129, "3fe74103c0b02a28514534e2a47257a3f770135ca61afd425bbd3b9d6a31fe26"],
  HDFS: [414635, "729df59774e3dde934044028546d2a55d5e3d4370b9d12fcebbe4c087b2bf7b4"],
  Hadoop: [541144, "e88e5bf99d7f23f482517cc79290ad75b90d914af5d6114176e8bbf0f8ae0fad"],
  Linux: [327804, "7c86d7b0ecb961a25f00d9475a154df97613b9974f31ce142a146caa2017c71e"],
  OpenStack: [719703, "ecc88e7909777181824260e9bdacd1469bd24d55131d6fc14e9c8c17edc49ff0"],
  Thunderbird: [446333, "c62196d8a3449de765501bbf58c2093452e9d1add439053301d29fdad8a06809"],
  Zookeeper: [372360, "e4a450c67595828103cfab049d971f54eee778fdded061222ba6581bed2a210a"],
};
const SYMPTOMS = [229852, "00c14a2f38c041179d24a91de80c4b3a9d105f58982aa52e96a7226ca994dba8"] as const;

/** Records with whole logs as archives: as they were written, and those with a template for every line. */
const RECORDS = { "loghub-logs": "8196385", "loghub-2.0": "8275861" } as const;

/** The files of a data set; those of an archive's record are asked of its host. @throws {Error} when it does not answer. */
export async function filesOf(dataSet: DataSet, hosts: Hosts): Promise<readonly SourceFile[]> {
  switch (dataSet) {
    case "medical":
      return [
        fileOf("medical/Symptom2Disease.csv", `${hosts.github}/mistralai/cookbook/main/data/Symptom2Disease.csv`, SYMPTOMS),
      ];
    case "loghub":
      return Object.entries(SAMPLES).map(([system, known]) => {
        const name = `${system}_2k.log_structured.csv`;
        return fileOf(`loghub/${name}`, `${hosts.github}/logpai/loghub/master/${system}/${name}`, known);
      });
    case "loghub-logs":
    case "loghub-2.0":
      return filesOfRecord(dataSet, `${hosts.zenodo}/api/records/${RECORDS[dataSet]}`);
    default:
      return dataSet satisfies never;
  }
}

function fileOf(path: string, url: string, [bytes, hex]: readonly [number, string]): SourceFile {
  return { path, url, bytes, checksum: { algorithm: "sha256", hex } };
}

const zenodoRecord = z.object({
  files: z.array(
    z.object({
      key: z.string().regex(/^[\w.-]+$/),
      size: z.number(),
      checksum: z.string().regex(/^md5:[0-9a-f]{32}$/),
      links: z.object({ self: z.url() }),
    }),
  ),
});

async function filesOfRecord(folder: string, url: string): Promise<readonly SourceFile[]> {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) throw new Error(`${url} does not answer${response ? ` (HTTP ${response.status})` : ""}. Try again later.`);
  const { files } = zenodoRecord.parse(await response.json());
  return files.map(({ key, size, checksum, links }) => ({
    path: `${folder}/${key}`,
    url: links.self,
    bytes: size,
    checksum: { algorithm: "md5", hex: checksum.slice("md5:".length) },
  }));
}
