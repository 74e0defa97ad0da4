/** `npm run check`: every static check at once, the same here and in CI. `npm run fix` mends what can be mended by machine. */
import { ensureDependencies } from "./setup/dependencies.mjs";
import { main, run } from "./setup/process.mjs";
import { ensureKernels } from "./setup/products.mjs";

/** What is checked, and the script inside node_modules that does it. */
const CHECKS = [
  {
    name: "format and lint",
    script: "@biomejs/biome/bin/biome",
    args: ["check", "--error-on-warnings", "--max-diagnostics=100", "--diagnostic-level=warn"],
  },
  // Every workspace by its own tsconfig.json; what is left in .cache/types lets the next run check only what changed.
  { name: "types", script: "typescript/bin/tsc", args: ["--build", "--pretty", "false"] },
  {
    name: "import boundaries",
    script: "dependency-cruiser/bin/dependency-cruise.mjs",
    args: ["apps", "packages", "research", "tools", "--output-type", "err"],
  },
  { name: "unused code", script: "knip/bin/knip.js", args: ["--no-progress"] },
  { name: "third parties", script: "tsx/dist/cli.mjs", args: ["tools/thirdParty/main.ts", "--check"] },
];

await main(async () => {
  await ensureDependencies();
  // Sources import what is made of them.
  await ensureKernels();
  const results = await Promise.all(CHECKS.map(runCheck));
  for (const { name, code, output } of results) if (code !== 0) console.log(`\n── ${name} ──\n${output.trim()}`);
  console.log();
  for (const { name, code, seconds } of results)
    console.log(`${code === 0 ? "✓" : "✗"} ${name.padEnd(18)} ${seconds.toFixed(1)} s`);
  return results.every(({ code }) => code === 0) ? 0 : 1;
});

async function runCheck({ name, script, args }) {
  const began = performance.now();
  const { code, output } = await run(process.execPath, [`node_modules/${script}`, ...args], {
    quiet: true,
    env: { FORCE_COLOR: "0" },
  });
  return { name, code, output, seconds: (performance.now() - began) / 1000 };
}
