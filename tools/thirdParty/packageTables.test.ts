import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { installedLicence, packagesOf, readLock } from "./installedPackages.ts";
import { isPermissive, packageTables } from "./packageTables.ts";

const lock = readLock(
  JSON.stringify({
    lockfileVersion: 3,
    packages: {
      "": { devDependencies: { builder: "^2.0.0", old: "^1.0.0" } },
      app: { dependencies: { "@duet/core": "0.1.0", server: "^5.1.0" } },
      core: { dependencies: { maths: "^0.8.1" }, devDependencies: { tester: "^3.0.0" } },
      "node_modules/@duet/core": { resolved: "core", link: true },
      "node_modules/server": {
        version: "5.2.0",
        license: "MIT",
        dependencies: { old: "^2.0.0" },
        peerDependencies: { peer: "*", maybe: "*" },
        peerDependenciesMeta: { maybe: { optional: true } },
      },
      "node_modules/server/node_modules/old": { version: "2.4.1", license: "ISC" },
      "node_modules/old": { version: "1.0.0", license: "GPL-3.0-only" },
      "node_modules/peer": { version: "0.3.9", license: "MIT", optionalDependencies: { "peer-linux": "0.3.9" } },
      "node_modules/peer-linux": { version: "0.3.9", license: "MIT", os: ["linux"] },
      "node_modules/maybe": { version: "1.0.0", license: "MIT" },
      "node_modules/maths": { version: "0.8.3", license: "ISC" },
      "node_modules/builder": { version: "2.1.0", license: "MIT", dependencies: { deep: "^1.0.0" } },
      "node_modules/deep": { version: "1.7.0", license: "MPL-2.0" },
      "node_modules/tester": { version: "3.0.0" },
    },
  }),
);
const installed: Record<string, string> = { "node_modules/maths": "BSD-3-Clause" };
const packages = packagesOf(lock, ["app"], (path) => installed[path] ?? null);

describe("packagesOf", () => {
  it("ships what a workspace, its workspaces and their packages need, each in the version that Node would find", () => {
    const shipped = packages.filter(({ shipsWith }) => shipsWith.length > 0).map(({ name, version }) => `${name} ${version}`);
    expect(shipped).toEqual(["maths 0.8.3", "old 2.4.1", "peer 0.3.9", "server 5.2.0"]);
  });

  it("believes what is installed before the lock", () => {
    expect(packages.find(({ name }) => name === "maths")?.licence).toBe("BSD-3-Clause");
  });
});

describe("packageTables", () => {
  it("names what ships, what Duet asks for besides, and every licence that is not permissive", () => {
    expect(
      packageTables(packages)
        .split("\n")
        .filter((line) => line.startsWith("| `")),
    ).toEqual([
      "| `maths`  | ^0.8.1  | BSD-3-Clause | app        |",
      "| `old`    | 2.x     | ISC          | app        |",
      "| `peer`   | 0.3.x   | MIT          | app        |",
      "| `server` | ^5.1.0  | MIT          | app        |",
      "| `builder` | ^2.0.0  | MIT          |",
      "| `old`     | ^1.0.0  | GPL-3.0-only |",
      "| `tester`  | ^3.0.0  | not declared |",
      "| `deep`   | 1.x     | MPL-2.0      | development only; nothing of it ships |",
      "| `old`    | ^1.0.0  | GPL-3.0-only | development only; nothing of it ships |",
      "| `tester` | ^3.0.0  | not declared | development only; nothing of it ships |",
    ]);
  });

  it.each([
    ["(MIT OR GPL-2.0-only)", true],
    ["Apache-2.0 AND MIT", true],
    ["Apache-2.0 AND LGPL-2.1", false],
    ["not declared", false],
  ])("takes %s as permissive: %s", (licence, expected) => {
    expect(isPermissive(licence)).toBe(expected);
  });
});

describe("what is installed", () => {
  const real = packagesOf(
    readLock(readFileSync("package-lock.json", "utf8")),
    ["apps/coordinator", "apps/web"],
    installedLicence,
  );

  it("ships nothing whose licence is not permissive", () => {
    expect(real.filter(({ licence, shipsWith }) => shipsWith.length > 0 && !isPermissive(licence))).toEqual([]);
  });

  it("reads an old package's list of licences, and says null of what is not there", () => {
    expect(installedLicence("node_modules/xmlhttprequest-ssl")).toBe("MIT");
    expect(installedLicence("node_modules/no-such-package")).toBeNull();
  });
});
