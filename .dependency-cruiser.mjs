/**
 * Import boundaries, as docs/architecture.md draws them. A test may import more than the file beside it: the folder rules
 * speak of sources only, the platform rules (TF.js, React, Socket.IO) of everything.
 */
const core = "^packages/lora-core/src";
const engine = "^packages/lora-engine/src";
const TEST = "\\.test\\.tsx?$|/testing/|/fixtures/|/conformance\\.ts$|\\.(reference|cases)\\.ts$";

/** Which folders of lora-core each of its folders may import, besides itself, the errors and the sayings. Nothing of it computes on a backend. */
const coreFolders = {
  errors: ["sayings"],
  sayings: [],
  tensors: [],
  adapters: ["checkpoints", "tensors"],
  compression: ["checkpoints", "tensors"],
  checkpoints: ["tensors"],
  tokenizers: [],
  architectures: ["adapters", "checkpoints", "tensors", "tokenizers"],
  data: ["tensors"],
  scenarios: ["data", "tensors"],
  schedule: [],
  statistics: [],
  fusion: ["adapters", "tensors"],
  robustness: ["tensors"],
  differentialPrivacy: ["tensors"],
  leakage: [],
  secureAggregation: [],
  strategies: ["tensors", "fusion", "robustness", "adapters", "compression", "training", "schedule"],
  protocol: [
    "adapters",
    "checkpoints",
    "compression",
    "data",
    "differentialPrivacy",
    "robustness",
    "secureAggregation",
    "statistics",
    "training",
    "schedule",
  ],
  training: [],
  rounds: ["protocol", "robustness", "schedule", "secureAggregation", "statistics", "strategies", "tensors"],
  team: ["contract", "protocol", "secureAggregation"],
  contract: [
    "adapters",
    "architectures",
    "compression",
    "data",
    "differentialPrivacy",
    "fusion",
    "leakage",
    "protocol",
    "strategies",
    "training",
  ],
  exports: ["adapters", "architectures", "checkpoints", "protocol", "tensors", "tokenizers"],
  federation: [
    "contract",
    "exports",
    "secureAggregation",
    "protocol",
    "robustness",
    "schedule",
    "statistics",
    "strategies",
    "architectures",
    "data",
    "adapters",
    "compression",
    "differentialPrivacy",
    "fusion",
    "tensors",
    "training",
  ],
};

/** The same for lora-engine. All of its folders may import lora-core. */
const engineFolders = {
  kernels: [],
  ops: ["kernels"],
  backends: ["kernels"],
  models: ["ops"],
  optim: ["ops", "kernels"],
  training: ["models", "ops", "optim", "backends"],
};

const web = "^apps/web/src";
const screens = ["lib", "ui", "hooks", "services", "worker"];
/** The same for the page, from the bottom up; `worker` from above means its types, see worker-by-proxy. */
const webFolders = {
  lib: [],
  worker: [],
  services: ["lib", "worker"],
  hooks: ["lib", "services"],
  ui: ["lib", "hooks"],
  app: ["lib", "ui", "hooks", "services"],
  adapters: screens,
  connect: screens,
  front: screens,
  glossary: screens,
  playground: screens,
  dashboard: [...screens, "adapters"],
  team: screens,
  newFederation: [...screens, "adapters", "connect"],
  pages: [...screens, "app", "adapters", "connect", "front", "glossary", "playground", "dashboard", "newFederation", "team"],
};

const headless = "^apps/headless/src";
/** The same for the command line. */
const headlessFolders = {
  state: [],
  engine: ["state"],
  data: [],
  terminal: [],
  commands: ["state", "engine", "data", "terminal"],
};

const coordinator = "^apps/coordinator/src";
/** The same for the coordinator. */
const coordinatorFolders = {
  ports: [],
  access: ["ports", "storage"],
  models: [],
  storage: ["ports"],
  compute: ["storage"],
  federations: ["compute", "models", "ports", "storage"],
  operations: ["compute", "ports", "storage"],
  team: ["ports"],
  gateway: ["access", "federations", "models", "ports", "team"],
  http: ["access", "federations", "models", "gateway", "operations", "ports", "storage"],
};

/** `everywhere`: folders that each of them may import. */
const folderRules = (name, root, folders, everywhere = []) =>
  Object.entries(folders).map(([folder, allowed]) => ({
    name: `${name}-${folder}`,
    comment: `${name}/${folder} may import ${allowed.join(", ") || "no other folder"}. See docs/architecture.md, Folders.`,
    severity: "error",
    from: { path: `${root}/${folder}/`, pathNot: TEST },
    to: { path: `${root}/`, pathNot: `${root}/(${[folder, ...everywhere, ...allowed].join("|")})(/|$)` },
  }));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...folderRules("lora-core", core, coreFolders, ["errors", "sayings"]),
    ...folderRules("lora-engine", engine, engineFolders),
    ...folderRules("web", web, webFolders),
    ...folderRules("headless", headless, headlessFolders),
    ...folderRules("coordinator", coordinator, coordinatorFolders, ["refusal.ts"]),
    {
      name: "worker-by-proxy",
      comment: "Only services talk to the worker; what shows its answers knows their types.",
      severity: "error",
      from: { path: `${web}/`, pathNot: [`${web}/(worker|services)/`, TEST] },
      to: { path: `${web}/worker/`, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "lora-core-rounds-are-pure",
      comment: "The round machine knows strategies and messages by their types only.",
      severity: "error",
      from: { path: `${core}/rounds/`, pathNot: TEST },
      to: { path: `${core}/strategies/`, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "packages-run-everywhere",
      comment: "The packages run in a page, a worker and Node: no Node built-ins in their sources.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: TEST },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "packages-know-no-app",
      comment: "The packages are below the apps and the tools.",
      severity: "error",
      from: { path: "^packages/", pathNot: TEST },
      to: { path: "^(apps|tools|research)/" },
    },
    {
      name: "product-knows-no-research",
      comment: "Research may import everything; nothing that builds, runs or tests the product imports research.",
      severity: "error",
      from: { path: "^(apps|packages|tools)/" },
      to: { path: "^research/" },
    },
    {
      name: "core-is-the-bottom",
      comment: "lora-core imports no other package of Duet.",
      severity: "error",
      from: { path: core, pathNot: TEST },
      to: { path: "^packages/(?!lora-core/)" },
    },
    {
      name: "client-is-above-the-core-only",
      comment: "The client package is the same in a tab, in Node and in a load test: it computes nothing and shows nothing.",
      severity: "error",
      from: { path: "^packages/client/src/", pathNot: TEST },
      to: { path: "^packages/(?!client/|lora-core/)" },
    },
    {
      name: "engine-is-above-the-core-only",
      comment: "What computes knows neither sockets nor who directs it.",
      severity: "error",
      from: { path: engine, pathNot: TEST },
      to: { path: "^packages/(?!lora-engine/|lora-core/)" },
    },
    {
      name: "rows-stay-in-the-worker",
      comment:
        "Rows are read, split, kept and trained on in the worker; page and client have counts and a handle (ADR 0006). Of figures the page writes tables itself.",
      severity: "error",
      from: { path: "^(apps/web/src|packages/client/src)/", pathNot: ["^apps/web/src/worker/", TEST] },
      to: {
        path: `${core}/(data|scenarios)/`,
        pathNot: `${core}/(data/(dataSentences|task|labelCount|labelMatching|mergeLabels|rejectedRow|tableOptions|textEncoding|classificationMetrics|personalData/personalKind|personalData/personalReport|promptText|writeCsv|csvBlob)|scenarios/samples)\\.ts$`,
      },
    },
    {
      name: "coordinator-and-web-are-apart",
      comment:
        "They meet only through lora-core/protocol. The command line parses its options as the coordinator does (ADR 0038).",
      severity: "error",
      from: { path: "^apps/([^/]+)/src/", pathNot: TEST },
      to: { path: "^apps/", pathNot: ["^apps/$1/", "^apps/coordinator/src/commandLine\\.ts$"] },
    },
    {
      name: "page-never-trains",
      comment: "lora-engine (and with it TF.js) runs in the worker; the page asks it through plain data.",
      severity: "error",
      from: { path: "^apps/web/src/", pathNot: ["^apps/web/src/worker/", TEST] },
      to: { path: "^packages/lora-engine/|node_modules/@tensorflow/" },
    },
    {
      name: "react-only-in-the-page",
      comment: "Sources outside apps/web know no React, nor does its worker or any service.",
      severity: "error",
      from: { path: "^(apps|packages|research|tools)/", pathNot: "^apps/web/src/(?!worker/|services/)" },
      to: { path: "node_modules/(react|react-dom|react-router|@mantine)/" },
    },
    {
      name: "worker-has-no-socket",
      comment: "What leaves the tab leaves through the page's coordinator client.",
      severity: "error",
      from: { path: "^apps/web/src/worker/", pathNot: TEST },
      to: { path: "node_modules/socket\\.io" },
    },
    {
      name: "workspaces-by-name",
      comment: "Another workspace is imported as @duet/lora-core/<folder>/<file>, not by a relative path.",
      severity: "error",
      from: { path: "^(apps|packages)/([^/]+)/" },
      to: { path: "^(apps|packages)/", pathNot: "^$1/$2/", dependencyTypes: ["local"] },
    },
    {
      name: "oracles-are-for-tests",
      comment: "References and test helpers are slow and simple on purpose; the product does not run them.",
      severity: "error",
      from: { pathNot: TEST },
      to: { path: "^(apps|packages)/.*(\\.(reference|cases)\\.ts$|/testing/|/conformance\\.ts$)" },
    },
    {
      name: "no-circular",
      comment: "Two files that need each other are one concept, or miss a third one.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      comment: "The imported file or package is not there.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-dev-dependencies",
      comment: "What runs in the product must be a dependency of its workspace.",
      severity: "error",
      from: { path: "^(apps|packages)/[^/]+/src/", pathNot: TEST },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["type-only"],
        pathNot: "node_modules/@types/",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|coverage|models)/" },
    tsConfig: { fileName: "tsconfig.base.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "browser", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
