/** The runs behind docs/experiments.md, its pages and docs/privacy.md: options of the command line, by name. All share one file of results, so none is run twice. */

/** Where the runs of all studies are kept. */
export const STUDY_RESULTS = "docs/experiments/results.json";

/** Seeds that a table needs to be on the page. */
const ENOUGH = ["--seeds", "5"];

/** Few steps on many rows: noise asks for them. The same without noise, for the comparison. */
const PRIVATE = ["--methods", "fedavg", "--epsilon", "none,8,3,1", ...ENOUGH, "--rounds", "2"];

/** What rounding costs, over seeds enough to tell half a point from none: uploads in whole, and secure sums. */
const ROUNDED = ["--scenario", "intents", "--rounds", "3", "--steps", "24", "--rows", "240"];
const BOTH = ["--methods", "fedavg,fdlora:private"];

/** Rows of every table of docs/experiments/protocol.md. */
const PROTOCOL = "references,local,fedavg,fedavg-finish,fdlora:private,fdlora:sends-personal";
const CLINC = ["--scenario", "clinc150", "--rows", "1200", ...ENOUGH];
const ROUTING = ["--scenario", "routing", "--rows", "1000", "--clients", "5", ...ENOUGH];
const LONGER = "references,local,fedavg,fedavg-finish,fdlora:private";
/** Question 5: labels as vectors, with what the tuning pool chose for them. */
const LABELS = [
  "--methods",
  "prototypes,prototypes:federated,local,fedavg,fedavg-finish,fdlora:private",
  "--learning-rate",
  "0.001",
];
/** Question 6: the default beside other personalised methods, at what question 5 has. */
const RIVALS = [
  "--methods",
  "fdlora:private,local,fedavg,fedavg-finish,fedamp,fedamp:gentle,fedalt:brief",
  "--learning-rate",
  "0.001",
];
/** Question 7: devices that are 1, 4 and 16 times as slow. */
const UNLIKE = ["--methods", "fedavg,fdlora:private", "--rounds", "8", "--steps", "72", "--speeds", "1:4:16"];
/** Stage B: nine trials for each method, of rates and one constant, or of rates alone. */
const RATES = [3e-4, 1e-3, 3e-3];
const NINE_RATES = [1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2];
const PULLS = [1e-4, 1e-3, 1e-2];
const CONFIDENCES = [0, 1, 2];
const TRIALS = [
  ...["local", "fedavg", "fedavg-finish"].flatMap((method) => NINE_RATES.map((rate) => `${method}@${rate}`)),
  ...grid("fedprox:mu", PULLS),
  ...grid("ditto:lambda", PULLS),
  ...grid("fedamp:mu", PULLS),
  ...grid("fedalt:brief:fusion.confidence", CONFIDENCES),
  ...grid("fdlora:private:fusion.confidence", CONFIDENCES),
];
/** What it chose. */
const TUNED = [
  ...["prototypes", "prototypes:federated", "local@0.001", "fedavg@0.0005", "fedavg-finish@0.0003", "fedprox:mu=0.01@0.001"],
  ...["ditto:lambda=0.01@0.001", "fedamp:mu=0.01@0.001", "fedalt:brief:fusion.confidence=2@0.001"],
  "fdlora:private:fusion.confidence=0@0.001",
];
const TUNING = ["--pool", "tuning", "--first-seed", "101", "--seeds", "3", "--rows", "900", "--prototypes", "1"];
/** Ideas for the default, one at a time, at what question 5 has; see docs/experiments/protocol.md. */
const TRIED = [...["--scenario", "clinc150"], ...TUNING, ...ENOUGH, "--learning-rate", "0.001", "--methods"];
/** Its other half: ranks 4, 8 and 16 by all three ways, between everybody's least and everybody's most. */
const UNLIKE_RANKS = [
  ...["--methods", "fedavg,fdlora:private", "--rounds", "8", "--steps", "72"],
  ...["--ranks", "4,16,4:8:16:padded,4:8:16:weighted,4:8:16:svd"],
];
const BANKING = ["--scenario", "banking77", "--rows", "900", ...ENOUGH];
const ABSTRACTS = ["--scenario", "abstracts", "--rows", "900", ...ENOUGH];

/** Stage D: question 5 and 6 again by fair rules. */
const FAIR = ["--rules", "fair", "--prototypes", "1", "--learning-rate", "0.001"];
const FAIR_BOTH = [...FAIR, "--prototypes", "1,1:personal"];
/** Seeds with which two points are told apart on the scenarios with many rows. */
const MORE = ["--seeds", "12"];
/** Some 2,000 independent test rows of the scenario with the longest. */
const EIGHT = ["--seeds", "8"];
const FAIR_FOUR = "local,fedavg,fedavg-finish,fdlora:private";
const FAIR_METHODS = ["--methods", `references,${FAIR_FOUR}`];
/** More steps: heads on the frozen base stay what they are, and pooled training would take as many as all clients together. */
const FAIR_LONGER = ["--methods", `prototypes,prototypes:federated,${FAIR_FOUR}`];
const FAIR_RIVALS = [
  "--methods",
  "fdlora:private,fdlora:halves,local,fedavg-finish,fedamp,fedamp:gentle,fedalt:brief,feddpa:full-weight",
];
/** Both adapters in one step on one batch. */
const FAIR_TOGETHER = ["--methods", "fedkd:together,fedrod:together,local,fedavg-finish"];
/** On the tuning pool: what the search costs in steps, against what it finds. */
const FAIR_TUNING = [...TUNING, ...ENOUGH, "--rules", "fair", "--learning-rate", "0.001"];
const WEIGHTS = "fedavg-finish,fedalt:brief,fedalt:full-weight";
const SEARCHES = "fdlora:private,fdlora:private:fusion.maxEvaluations=4,fdlora:halves,fedavg-finish,fedavg";
const FEW_ROWS = ["--scenario", "clinc150", "--rows", "400", "--seeds", "12"];
const MEDICAL = ["--scenario", "medical"];
/** Every method of the product that no other table has and that trains vectors, beside the default and what it is made of. */
const FAIR_OTHERS =
  "fedavg-finish,fedavg,local,fedprox,fedopt,fedrep,fedrod,fedkd,ditto,ffa-lora,fedsa-lora,rolora,flexlora,fdlora:sends-personal,fdlora:paper";
const BASES = "models/use-lite,models/duet-base,models/duet-tiny";
/** FDLoRA `sends-personal` with a part of it changed or left out. */
const PARTS =
  "fdlora:sends-personal,fdlora:no-stage-1,fdlora:no-sync,fdlora:no-momentum,fdlora:heavy-ball,fdlora:no-fusion,fdlora:equal-weights,fdlora:loss-fusion,fdlora:product-fusion,fdlora:per-layer-fusion";

/** Bases that are not part of the project, in folders of these names: docs/models.md says where they come from. */
const MINILM = "models/all-MiniLM-L6-v2";
const SMOLLM2 = "models/SmolLM2-135M-Instruct";

const STUDIES: Readonly<Record<string, readonly string[]>> = {
  clinc150: [...CLINC, "--methods", PROTOCOL],
  "clinc150-144": [...CLINC, "--methods", LONGER, "--steps", "144", "--local", "48"],
  "clinc150-288": [...CLINC, "--methods", LONGER, "--steps", "288", "--local", "96"],
  routing: [...ROUTING, "--methods", PROTOCOL],
  "routing-time": [...ROUTING, "--methods", PROTOCOL, "--split", "time"],
  banking77: [...BANKING, "--methods", PROTOCOL],
  abstracts: [...ABSTRACTS, "--methods", PROTOCOL],
  "clinc150-labels": [...CLINC, ...LABELS, "--prototypes", "1"],
  "banking77-labels": [...BANKING, ...LABELS, "--prototypes", "1"],
  "routing-labels": [...ROUTING, ...LABELS, "--prototypes", "1,1:personal"],
  "abstracts-labels": [...ABSTRACTS, ...LABELS, "--prototypes", "1,1:personal"],
  "clinc150-rivals": [...CLINC, ...RIVALS, "--prototypes", "1"],
  "banking77-rivals": [...BANKING, ...RIVALS, "--prototypes", "1"],
  "routing-rivals": [...ROUTING, ...RIVALS, "--prototypes", "1,1:personal"],
  "abstracts-rivals": [...ABSTRACTS, ...RIVALS, "--prototypes", "1,1:personal"],
  "clinc150-tuning": ["--scenario", "clinc150", ...TUNING, "--methods", TRIALS.join(",")],
  "trials-sharing": [...TRIED, "fdlora:private,fdlora:by-likeness,fdlora:head-by-likeness,fdlora:mixed-start"],
  "trials-fusion-rows": [...TRIED, "fdlora:private", "--fusion-rows", "default,0.2,0.25,0.2:trained,0.25:trained"],
  "trials-decay": [...TRIED, "fdlora:private", "--decay", "none,cosine,last"],
  "clinc150-576": [...CLINC, "--methods", LONGER, "--steps", "576", "--local", "192"],
  "clinc150-tuned": [...CLINC, "--prototypes", "1", "--methods", TUNED.join(",")],
  heterogeneity: [...CLINC, ...UNLIKE, "--work", "equal,skipped,bySpeed"],
  "heterogeneity-late": [...CLINC, ...UNLIKE, "--work", "equal,skipped,late"],
  "heterogeneity-ranks": [...CLINC, ...UNLIKE_RANKS],
  "trials-search": [...["--scenario", "clinc150"], ...FAIR_TUNING, "--methods", SEARCHES],
  "trials-search-banking77": [...["--scenario", "banking77"], ...FAIR_TUNING, "--methods", SEARCHES],
  "trials-alt": [...["--scenario", "clinc150"], ...FAIR_TUNING, "--methods", WEIGHTS],
  "trials-alt-banking77": [...["--scenario", "banking77"], ...FAIR_TUNING, "--methods", WEIGHTS],
  "fair-clinc150": [...CLINC, ...MORE, ...FAIR, ...FAIR_METHODS],
  "fair-banking77": [...BANKING, ...MORE, ...FAIR, ...FAIR_METHODS],
  "fair-routing": [...ROUTING, ...FAIR_BOTH, ...FAIR_METHODS],
  "fair-abstracts": [...ABSTRACTS, ...EIGHT, ...FAIR, ...FAIR_METHODS],
  "fair-clinc150-rivals": [...CLINC, ...MORE, ...FAIR, ...FAIR_RIVALS],
  "fair-banking77-rivals": [...BANKING, ...MORE, ...FAIR, ...FAIR_RIVALS],
  "fair-routing-rivals": [...ROUTING, ...FAIR_BOTH, ...FAIR_RIVALS],
  "fair-abstracts-rivals": [...ABSTRACTS, ...EIGHT, ...FAIR, ...FAIR_RIVALS],
  "fair-clinc150-together": [...CLINC, ...MORE, ...FAIR, ...FAIR_TOGETHER],
  "fair-banking77-together": [...BANKING, ...MORE, ...FAIR, ...FAIR_TOGETHER],
  "fair-clinc150-few": [...FEW_ROWS, ...FAIR, ...FAIR_METHODS],
  "fair-clinc150-144": [...CLINC, ...FAIR, ...FAIR_LONGER, "--steps", "144", "--local", "48"],
  "fair-clinc150-288": [...CLINC, ...FAIR, ...FAIR_LONGER, "--steps", "288", "--local", "96"],
  "fair-clinc150-576": [...CLINC, ...FAIR, ...FAIR_LONGER, "--steps", "576", "--local", "192"],
  "fair-banking77-288": [...BANKING, ...FAIR, ...FAIR_LONGER, "--steps", "288", "--local", "96"],
  "fair-clinc150-codes": [...CLINC, ...FAIR, "--prototypes", "none,1", "--codes", "labels", "--methods", FAIR_FOUR],
  "fair-clinc150-decay": [...CLINC, ...FAIR, "--decay", "none,cosine", "--methods", FAIR_FOUR],
  "fair-banking77-decay": [...BANKING, ...FAIR, "--decay", "none,cosine", "--methods", FAIR_FOUR],
  "fair-medical": [...MEDICAL, ...MORE, ...FAIR, ...FAIR_METHODS],
  "fair-medical-others": [...MEDICAL, ...ENOUGH, ...FAIR, "--methods", FAIR_OTHERS],
  "fair-severity": ["--scenario", "severity", ...EIGHT, ...FAIR_BOTH, ...FAIR_METHODS],
  bases: [...MEDICAL, ...ENOUGH, "--rules", "fair", "--methods", "local,fedavg-finish", "--model", BASES],
  "fair-clinc150-minilm": [...CLINC, ...FAIR, ...FAIR_METHODS, "--model", MINILM],
  smollm2: [
    ...["--scenario", "medical", "--model", SMOLLM2, "--clients", "2", "--rows", "160", "--rounds", "2"],
    ...["--steps", "16", "--local", "6", "--learning-rate", "0.001", "--rules", "fair", "--methods"],
    "majority,base,class-means,class-means:federated,linear-probe,linear-probe:federated,pooled,local,fedavg,fedavg-finish,fdlora:private",
  ],
  ablations: [...CLINC, ...FAIR, "--methods", PARTS],
  privacy: ["--scenario", "medical", ...PRIVATE, "--steps", "8", "--batch-size", "48", "--learning-rate", "0.02"],
  "privacy-intents": [
    ...["--scenario", "intents", "--rows", "3000", ...PRIVATE],
    ...["--steps", "16", "--batch-size", "64", "--learning-rate", "0.01"],
  ],
  "privacy-clients": [
    ...["--scenario", "intents", "--rows", "4000", "--clients", "100", "--alpha", "100", "--methods", "fedavg", ...ENOUGH],
    ...["--rounds", "3", "--steps", "12", "--batch-size", "8", "--learning-rate", "0.01", "--client-epsilon", "none,8"],
  ],
  "wire-seeds": [...ROUNDED, ...BOTH, "--seeds", "48", "--upload", "f32,int8,int4,int8:0.25"],
  sums: [...ROUNDED, ...BOTH, "--seeds", "12", "--sum-bits", "none,16"],
  "fewer-bits": [...ROUNDED, "--methods", "fdlora:private", "--seeds", "12", "--sum-bits", "none,16,12,8"],
  parsing: ["--scenario", "parsing", ...ENOUGH, "--rules", "fair", "--methods", FAIR_FOUR],
};

function grid(constant: string, values: readonly number[]): readonly string[] {
  return values.flatMap((value) => RATES.map((rate) => `${constant}=${value}@${rate}`));
}

/** Its options. @throws {RangeError} when there is no such study. */
export function studyNamed(name: string): readonly string[] {
  const options = STUDIES[name];
  if (!options) throw new RangeError(`There is no study "${name}"; there are: ${Object.keys(STUDIES).join(", ")}`);
  return [...options, "--json", STUDY_RESULTS];
}
