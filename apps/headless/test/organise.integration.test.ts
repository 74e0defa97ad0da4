import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { expect, test } from "vitest";
import { startHeadless } from "./support/headlessProgram.ts";
import { smallFederation } from "./support/smallFederation.ts";

async function run(...args: string[]) {
  const program = startHeadless([...args, "--json"]);
  const code = await program.ended;
  return { code, events: program.events(), last: program.events().at(-1) ?? {} };
}

test("a federation is created from a file, controlled and watched to its end, without a page", async () => {
  const { url, folder } = await smallFederation();
  const config = join(folder, "wards.json");
  writeFileSync(config, JSON.stringify({ name: "Wards", task: { kind: "label", labels: ["flu", "cold"] }, minClients: 3 }));
  const created = await run("create", "--config", config, "--coordinator", url);
  expect(created).toMatchObject({ code: 0, last: { event: "created" } });
  const { organise, watch, invite } = created.last as { readonly [link: string]: string };
  const watching = startHeadless(["watch", watch ?? "", "--json"]);
  expect((await run("control", organise ?? "", "close-joining")).last).toMatchObject({ joining: "closed", phase: "waiting" });
  expect((await run("control", invite ?? "", "stop")).code).toBe(2);
  expect((await run("control", organise ?? "", "remove", "nora")).last).toMatchObject({
    sentence: expect.stringMatching(/There is no "nora" here/),
  });
  expect((await run("control", organise ?? "", "stop")).code).toBe(0);
  expect(await watching.ended).toBe(1);
  expect(watching.said.out).toMatch(/"phase":"stopped"/);
});

test("settings that no federation can have are refused with the file's name", async () => {
  const { url, folder } = await smallFederation();
  const config = join(folder, "bad.json");
  const refusal = async (settings: object) => {
    writeFileSync(config, JSON.stringify(settings));
    const { code, last } = await run("create", "--config", config, "--coordinator", url);
    return [code, last.sentence];
  };
  const good = { name: "Wards", task: { kind: "label", labels: ["flu", "cold"] } };
  expect(await refusal({ ...good, rouns: 3 })).toEqual([2, expect.stringMatching(/bad\.json: .*rouns/)]);
  expect(await refusal({ ...good, method: "fedmagic" })).toEqual([2, expect.stringMatching(/There is no method "fedmagic"/)]);
  expect(await refusal({ ...good, devices: "tablets" })).toEqual([2, expect.stringMatching(/bad\.json: Devices/)]);
  expect(await refusal({ ...good, devices: "small" })).toEqual([0, undefined]);
  expect(await refusal({ ...good, rounds: 0 })).toEqual([2, expect.stringMatching(/bad\.json: Rounds must be at least 1/)]);
  expect(await refusal({ ...good, model: "gpt-9" })).toEqual([
    1,
    expect.stringMatching(/no base model "gpt-9"; it has: use-lite/),
  ]);
  expect(existsSync(join(folder, "duet-adapters"))).toBe(false);
});

test("a program whose words nobody reads any more ends without a word", async () => {
  const { invite, files, folder } = await smallFederation();
  const columns = ["--data", files[0] ?? "", "--input", "text", "--label", "level"];
  const joining = startHeadless(["join", invite, ...columns, "--state", join(folder, "state"), "--json"]);
  await once(joining.child.stdout as Readable, "data");
  (joining.child.stdout as Readable).destroy();
  expect(await joining.ended).toBe(141);
  expect(joining.said.err).toBe("");
});
