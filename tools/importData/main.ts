/** `npm run import-data`: public data sets into a folder that `npm run experiment -- --data` reads. `-- --help` says what there is. */
import { parseCommandLine } from "@duet/coordinator/commandLine";
import { downloadFile } from "./downloadFile.ts";
import { DATA_SETS, type DataSet, filesOf, HOSTS } from "./sources.ts";

const USAGE = `npm run import-data -- DATA-SET [options]

  medical       Symptom2Disease, 1,200 descriptions of 24 diagnoses (0.2 MB)
  loghub        2,000 structured lines of eight systems (3.5 MB)
  loghub-logs   the whole logs as archives, without templates (several GB; Zenodo record 8196385)
  loghub-2.0    the whole logs as archives, with a template for every line (several GB; Zenodo record 8275861)

  --to DIR      folder to write to (default data)
  --only WORD   files whose name has this word in it

  A download that broke off is gone on with. Experiments read medical/ and loghub/; archives are only put there and checked.
  The logs are free for research with their notice: https://github.com/logpai/loghub`;

try {
  const { values, positionals } = parseCommandLine({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      to: { type: "string", default: "data" },
      only: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  const [dataSet] = positionals;
  if (values.help || !dataSet) console.log(USAGE);
  else await importData(known(dataSet), values);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function known(name: string): DataSet {
  const found = DATA_SETS.find((dataSet) => dataSet === name);
  if (!found) throw new Error(`There is no data set "${name}"; there are: ${DATA_SETS.join(", ")}`);
  return found;
}

async function importData(dataSet: DataSet, { to, only }: { readonly to: string; readonly only: string }): Promise<void> {
  const files = (await filesOf(dataSet, HOSTS)).filter(({ path }) => path.includes(only));
  for (const file of files) {
    const size = file.bytes === null ? "" : ` (${(file.bytes / 2 ** 20).toFixed(1)} MiB)`;
    console.log(`${file.path}${size}: ${await downloadFile(to, file)}`);
  }
}
