import { readFileSync } from "node:fs";
import { USAGE } from "@duet/coordinator/config";
import { expect, it } from "vitest";

it("names every option of the coordinator and its variable, and no other", () => {
  const rows = readFileSync("docs/deploy.md", "utf8").match(/^\| `--.*$/gm) ?? [];
  const named = rows.map((row) => [...row.matchAll(/`(--[\w-]+|DUET_\w+|DATABASE_URL)`/g)].map((match) => match[1]).join(" "));
  const options = [...USAGE.matchAll(/^ {2}(--[\w-]+)[\s\S]*?(DUET_\w+|DATABASE_URL)/gm)].map(
    ([, option, variable]) => `${option} ${variable}`,
  );
  expect(named.toSorted()).toEqual(options.toSorted());
});

/** Of the files of Compose, and of the program duet. */
const OTHERS = ["DUET_DOMAIN", "DUET_STATE"];

it.each(["Dockerfile", "deploy/compose.yaml", "deploy/nodes.compose.yaml", "deploy/kubernetes.yaml"])(
  "%s sets no variable that nobody reads",
  (file) => {
    const known = new Set([...OTHERS, ...(USAGE.match(/DUET_\w+/g) ?? []).flatMap((name) => [name, name.replace(/_FILE$/, "")])]);
    const named = readFileSync(file, "utf8").match(/\bDUET_\w+/g) ?? [];
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  },
);
