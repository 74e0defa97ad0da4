import { readdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { selectModules } from "@duet/lora-core/adapters/selectModules";
import { readSafetensors } from "@duet/lora-core/checkpoints/safetensors";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { expect, test } from "vitest";
import { createClientFiles } from "../src/state/clientFiles.ts";
import { startHeadless } from "./support/headlessProgram.ts";
import { type SmallFederation, smallFederation } from "./support/smallFederation.ts";

/** Of a training, by its schema. */
const MAX_STEPS = 100_000;
const columns = ["--input", "text", "--label", "level"];

function joining({ invite, files, folder }: SmallFederation, index: number, more: readonly string[] = []) {
  const own = ["--state", join(folder, `state-${index}`), "--out", join(folder, `out-${index}`)];
  return startHeadless([
    "join",
    invite,
    "--data",
    files[index] ?? "",
    ...columns,
    "--name",
    `node ${index}`,
    ...own,
    "--json",
    ...more,
  ]);
}

/** The fused adapter in 32 bits: the base's tensors, of which the adapted linear modules' weights alone are others. */
async function assertMergedModel({ invite, folder }: SmallFederation, { config }: Pick<Snapshot, "config">): Promise<void> {
  const out = join(folder, "merged");
  const program = startHeadless(["export", invite, "--state", join(folder, "state-0"), "--out", out, "--format", "merged-f32"]);
  expect(await program.ended, program.said.err).toBe(0);
  const at = join(out, "fused-merged-f32");
  expect(readdirSync(at).sort()).toEqual(["README.md", ...config.model.files.map(({ path }) => path)].sort());
  const weights = config.model.files.find(({ path }) => path === "model.safetensors")?.sha256 ?? "";
  const ours = readSafetensors(readFileSync(join(at, "model.safetensors")));
  const base = readSafetensors(readFileSync(join(folder, "state-0", "models", weights)));
  expect([...ours.keys()]).toEqual([...base.keys()]);
  const changed = [...ours].flatMap(([key, { data }]) => {
    const before = base.get(key)?.data ?? new Float32Array();
    return data.some((value, index) => value !== before[index]) ? [key] : [];
  });
  const adapted = selectModules(federationBase(config.model).linears, config.adapter).map(({ name }) => `${name}.weight`);
  expect(changed.toSorted()).toEqual(adapted.toSorted());
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );

test("two processes take part from joining to adapters that PEFT reads, and no row is in what they sent", async () => {
  // With vectors of labels the search on its six fusion rows takes the untouched base, which merges into nothing.
  const federation = await smallFederation({ labelVectors: null, alone: true });
  const { organiser, federationId, watchToken, folder } = federation;
  const programs = [joining(federation, 0), joining(federation, 1, ["--threads", "1"])];
  expect(
    await Promise.all(programs.map(({ ended }) => ended)),
    programs.map(({ said }) => said.out + said.err).join("\n"),
  ).toEqual([0, 0]);
  const { config, clients, phase } = await organiser.watch(federationId, watchToken);
  expect(phase).toBe("finished");
  // Whoever comes first.
  expect(clients.map(({ name, device }) => [name, device?.backend, device?.threads]).toSorted()).toEqual([
    ["node 0", "wasm", Math.min(8, availableParallelism())],
    ["node 1", "wasm", 1],
  ]);
  const base = federationBase(config.model);
  for (const kind of ["alone", "personal", "shared", "fused"]) {
    const [of0, of1] = [0, 1].map((index) => {
      const at = join(folder, `out-${index}`, kind);
      return readPeftAdapter(
        {
          "adapter_config.json": readFileSync(join(at, "adapter_config.json"), "utf8"),
          "adapter_model.safetensors": readFileSync(join(at, "adapter_model.safetensors")),
        },
        base,
      );
    });
    expect(of0?.tensors.size).toBeGreaterThan(0);
    // What is shared is everybody's; what is personal is not, nor what was learned alone.
    if (kind === "personal" || kind === "alone") expect(of0?.tensors).not.toEqual(of1?.tensors);
  }
  expect(readFileSync(join(folder, "out-0", "alone", "README.md"), "utf8")).toContain("adapter that learned alone");
  expect(programs[0]?.events().find(({ event }) => event === "accuracy")).toHaveProperty("accuracy.alone", expect.any(Number));
  await assertMergedModel(federation, { config });
  for (const file of filesIn(join(folder, "state-0"))) expect(statSync(file).mode & 0o077, file).toBe(0);
  // A line of the log, wherever it went.
  const row =
    readFileSync(federation.files[0] ?? "", "utf8")
      .split("\n")[5]
      ?.slice(1, 25) ?? "";
  expect(row.length).toBe(24);
  const sent = filesIn(join(folder, "state-0", "sent"))
    .map((file) => readFileSync(file, "utf8"))
    .join("");
  expect(sent).toContain("round:submit");
  expect(sent).not.toContain(row);
});

const named = (program: ReturnType<typeof startHeadless>, name: string) => program.events().find(({ event }) => event === name);

test("killed in the middle of training it comes back as the same client; meanwhile nobody else has its folder", async () => {
  // As many steps as there can be: nobody takes them all before the kill.
  const federation = await smallFederation({ innerSteps: MAX_STEPS, minClients: 1 }, { clients: 1 });
  const { organiser, federationId, watchToken, folder, invite } = federation;
  const first = joining(federation, 0);
  await expect.poll(() => first.said.out, { timeout: 60_000 }).toMatch(/"activity":"training"/);
  const second = startHeadless(["join", invite, "--data", federation.files[0] ?? "", "--state", join(folder, "state-0")]);
  expect(await second.ended).toBe(1);
  expect(second.said.err).toMatch(/^The state folder ".*state-0" is in use by process \d+\. Wait until that one has ended, or/);
  const clientId = String(named(first, "joined")?.clientId);
  const kept = createClientFiles(join(folder, "state-0"));
  const stepsKept = async () => (await kept.underWay(clientId))?.state.training?.state.done ?? 0;
  await expect.poll(stepsKept, { timeout: 60_000 }).toBeGreaterThan(0);
  first.child.kill("SIGKILL");
  await first.ended;
  const again = startHeadless(["join", invite, "--state", join(folder, "state-0"), "--out", join(folder, "out-0"), "--json"]);
  await expect.poll(() => again.said.out, { timeout: 60_000 }).toMatch(/Goes on at step \d+ of 100000/);
  await expect.poll(() => named(again, "joined")).toBeDefined();
  expect(named(again, "joined")).toMatchObject({ clientId, name: "node 0" });
  again.child.kill("SIGTERM");
  expect(await again.ended).toBe(130);
  expect(again.said.out).toContain("The state is kept");
  const { clients } = await organiser.watch(federationId, watchToken);
  expect(clients.map(({ id }) => id)).toEqual([clientId]);
});

test("what cannot be meant is refused in a sentence, with exit code 2 and the nearest option", async () => {
  const refused = async (...args: string[]) => {
    const program = startHeadless(args);
    return [await program.ended, program.said.err.trim()];
  };
  expect(await refused("join", "http://localhost:1/join/a#b", "--sate", "x")).toEqual([
    2,
    "There is no option --sate. Did you mean --state? --help lists them all. (duet join --help)",
  ]);
  expect(await refused("jion")).toEqual([2, 'There is no command "jion". Did you mean duet join? duet --help lists them all.']);
  // Its code is a key, which is shown to no coordinator.
  expect(await refused("watch", `http://localhost:1/team/a#${"k".repeat(43)}`)).toEqual([
    2,
    "This is the link of a team: its members join by duet join. (duet watch --help)",
  ]);
  expect((await refused("join"))[1]).toMatch(/The invite link is missing/);
});
