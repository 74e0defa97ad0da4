/** Clients of unlike ranks as their users start them: with real training, to files that PEFT reads. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import type { FederationChoices } from "@duet/lora-core/federation/federationDefaults";
import { expect, test } from "vitest";
import { startHeadless } from "./support/headlessProgram.ts";
import { type SmallFederation, smallFederation } from "./support/smallFederation.ts";

function joining({ invite, files, folder }: SmallFederation, index: number, more: readonly string[] = []) {
  const own = ["--state", join(folder, `state-${index}`), "--out", join(folder, `out-${index}`), "--name", `node ${index}`];
  const rows = ["--data", files[index] ?? "", "--input", "text", "--label", "level", "--threads", "1"];
  return startHeadless(["join", invite, ...rows, ...own, "--json", ...more]);
}

/** Runs it to its end, the first client with rank 4 of 8; what was seen then. */
async function finished(choices: Partial<FederationChoices>, clients: number, more: readonly string[] = []) {
  const federation = await smallFederation({ rounds: 2, ...choices }, { clients });
  const programs = Array.from({ length: clients }, (_, index) =>
    joining(federation, index, [...more, ...(index === 0 ? ["--rank", "4"] : [])]),
  );
  const ended = await Promise.all(programs.map((program) => program.ended));
  expect(ended, programs.map(({ said }) => said.out + said.err).join("\n")).toEqual(programs.map(() => 0));
  const seen = await federation.organiser.watch(federation.federationId, federation.watchToken);
  expect(seen.phase).toBe("finished");
  for (const { stage, aggregated } of seen.rounds) if (stage === "federated") expect(aggregated).toHaveLength(clients);
  return { federation, seen, programs };
}

function adapterIn({ folder }: SmallFederation, index: number, kind: string, base: ReturnType<typeof federationBase>) {
  const at = join(folder, `out-${index}`, kind);
  return readPeftAdapter(
    {
      "adapter_config.json": readFileSync(join(at, "adapter_config.json"), "utf8"),
      "adapter_model.safetensors": readFileSync(join(at, "adapter_model.safetensors")),
    },
    base,
  );
}

test.each([
  ["fdlora", "padded"],
  ["fdlora", "svd"],
  ["flexlora", "svd"],
] as const)(
  "%s, %s: ranks 4 and 8 train, share, fuse and are written, each with its own rank and everybody's scale",
  async (method, ranks) => {
    const { federation, seen, programs } = await finished({ method, ranks }, 2);
    // Who named none was tried: its memory holds all, and its line is no slower than this machine.
    const proposals = programs.map((program) => program.events().filter(({ event }) => event === "rank"));
    expect(proposals).toMatchObject([[], [{ rank: 8, why: "all", seconds: { held: expect.any(Number) } }]]);
    const base = federationBase(seen.config.model);
    const rankOf = (name: string) => seen.clients.find((client) => client.name === name)?.rank;
    expect([rankOf("node 0"), rankOf("node 1")]).toEqual([4, undefined]);
    for (const kind of ["personal", "shared", "fused"]) {
      expect(adapterIn(federation, 0, kind, base).config).toMatchObject({ rank: 4, alpha: 8 });
      expect(adapterIn(federation, 1, kind, base).config).toMatchObject({ rank: 8, alpha: 16 });
    }
    const bytes = (name: string) => seen.clients.find((client) => client.name === name)?.bytesUp ?? 0;
    expect(bytes("node 0")).toBeGreaterThan(0);
    expect(bytes("node 0")).toBeLessThan(bytes("node 1"));
    // The first four ranks of what all have at the end are what the small one has of it.
    const [small, whole] = [0, 1].map((index) => adapterIn(federation, index, "shared", base).tensors);
    for (const [key, { shape, data }] of small ?? []) {
      const all = whole?.get(key);
      const columns = shape[1] ?? 0;
      const wide = all?.shape[1] ?? 0;
      for (const [i, value] of data.entries())
        expect(value).toBe(all?.data[Math.floor(i / columns) * wide + (i % columns)] ?? Number.NaN);
    }
  },
);

test("in a secure sum nobody sees who has fewer ranks by what it sends", async () => {
  const choices = { method: "fedavg", aggregation: "secure", ranks: "padded" } as const;
  const { seen } = await finished(choices, 3, ["--figures", "everybody"]);
  const sent = seen.clients.map(({ bytesUp }) => bytesUp);
  expect(seen.rounds.find(({ stage }) => stage === "federated")?.exchanges).toBe(1);
  expect(Math.max(...sent) - Math.min(...sent)).toBeLessThan(0.01 * Math.max(...sent));
});

test("a rank where none may be chosen, and one that is too high, are refused before joining", async () => {
  const alike = await smallFederation({}, { clients: 1 });
  const program = joining(alike, 0, ["--rank", "4"]);
  expect(await program.ended).toBe(2);
  expect(program.said.out + program.said.err).toContain("All clients have rank 8 in this federation: leave --rank out.");
  const own = await smallFederation({ ranks: "padded" }, { clients: 1 });
  const high = joining(own, 0, ["--rank", "9"]);
  expect(await high.ended).toBe(2);
  expect(high.said.out + high.said.err).toContain("The federation's rank is 8: --rank 9 is more.");
});
