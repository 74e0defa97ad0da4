import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { medicalCorpus } from "@duet/lora-core/scenarios/medical/medicalCorpus";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildSamples } from "./buildSamples.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "duet-samples-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("writes the corpus with Princeton's notice in it and beside it, and nothing else", async () => {
  const { medical, licence } = await buildSamples(folder);
  const corpus = medicalCorpus.parse(JSON.parse(await readFile(medical, "utf8")));
  expect(corpus.terms).toHaveLength(3051);
  const notice = await readFile(licence, "utf8");
  expect(notice).toContain("WordNet 3.1 Copyright 2011 by Princeton University.  All rights reserved.");
  expect(notice.trimEnd()).toMatch(/^This software and database is being provided[\s\S]*LICENSEE agrees to preserve same\.$/);
  expect(corpus.licence).toBe(notice.trimEnd());
  expect((await readdir(folder)).sort()).toEqual(["medical.LICENSE.txt", "medical.json"]);
});

it("leaves an up-to-date file alone and repairs a damaged one to the same bytes", async () => {
  const { medical, licence } = await buildSamples(folder);
  const content = await readFile(medical, "utf8");
  const before = await stat(licence);
  await writeFile(medical, content.slice(0, 1000));
  await buildSamples(folder);
  expect(await readFile(medical, "utf8")).toBe(content);
  expect((await stat(licence)).ino).toBe(before.ino);
});
