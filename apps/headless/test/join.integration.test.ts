import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { readPeftAdapter } from "@duet/lora-core/adapters/peftFormat";
import { federationBase } from "@duet/lora-core/federation/federationBase";
import { expect, test } from "vitest";
import { startHeadless } from "./support/headlessProgram.ts";
import { type SmallFederation, smallFederation } from "./support/smallFederation.ts";

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

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );

test("two processes take part from joining to adapters that PEFT reads, and no row is in what they sent", async () => {
  const federation = await smallFederation();
  const { organiser, federationId, watchToken, folder } = federation;
  const programs = [joining(federation, 0), joining(federation, 1)];
  expect(
    await Promise.all(programs.map(({ ended }) => ended)),
    programs.map(({ said }) => said.out + said.err).join("\n"),
  ).toEqual([0, 0]);
  const { config, clients, phase } = await organiser.watch(federationId, watchToken);
  expect(phase).toBe("finished");
  expect(clients.map(({ name, device }) => [name, device?.backend])).toEqual([
    ["node 0", "wasm"],
    ["node 1", "wasm"],
  ]);
  const base = federationBase(config.model);
  for (const kind of ["personal", "shared", "fused"]) {
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
    // What is shared is everybody's; what is personal is not.
    if (kind === "personal") expect(of0?.tensors).not.toEqual(of1?.tensors);
  }
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
