/**
 * The Python client with its tools, in .cache/python. PyTorch's package for Linux on x86 wants NVIDIA's libraries to be there, four gigabytes of them, even where
 * nothing computes with them: without a GPU, stand-ins take their place, in which every call ends the program.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { hashOf } from "./freshness.mjs";
import { root, run, SetupError, say } from "./process.mjs";

const VENV = `${root}.cache/python`;
const PROJECT = "clients/python";
export const PYTHON_PROJECT = root + PROJECT;
/** By what it asks for it was installed; there once it is whole. */
const INSTALLED = `${VENV}/installed`;
export const python = `${VENV}/bin/python`;

/** What only a GPU computes with. CUDA's runtime is small, and is asked whether there is one. */
const FOR_GPUS = /^(nvidia-(?!cuda-runtime)|cuda-|triton==)/;
const CALLS = "libnogpu.so";

/** This machine lacks what it needs: no fault of the project's. */
export class NotPossibleHere extends SetupError {}

/** @throws {NotPossibleHere} without Python 3.11, its venv or PyPI; {SetupError} where it cannot be installed in spite of them. */
export async function ensurePython() {
  const wanted = hashOf([`${PROJECT}/pyproject.toml`]);
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === wanted) return;
  const found = await run("python3", ["-c", "import sys, ensurepip; sys.exit(sys.version_info < (3, 11))"], { quiet: true });
  if (found.code !== 0)
    throw new NotPossibleHere(
      "The Python client needs a python3 of 3.11 or newer with venv (in Debian: python3-venv), and there is none here. Install it and run this again.",
    );
  const leaner = await isWithoutGpu();
  say(`Installing the Python client with PyTorch into .cache/python: some ${leaner ? "two" : "six"} gigabytes, minutes, once.`);
  await succeed("python3", ["-m", "venv", "--clear", VENV]);
  const packages = (await resolved()).filter((name) => !leaner || !FOR_GPUS.test(name));
  await pip("--no-deps", ...packages);
  await pip("--no-deps", "--editable", PYTHON_PROJECT);
  if (leaner) await standIn();
  await succeed(python, ["-c", "import torch; torch.ones(2, 2) @ torch.ones(2, 2)"]);
  writeFileSync(INSTALLED, wanted);
}

/** Stand-ins can be built, and there is nothing that they would keep from computing. */
async function isWithoutGpu() {
  if (process.platform !== "linux" || process.arch !== "x64" || existsSync("/dev/nvidiactl")) return false;
  const tools = await Promise.all(["cc", "nm", "readelf"].map((tool) => run(tool, ["--version"], { quiet: true })));
  return tools.every(({ code }) => code === 0);
}

/** Everything that the project and its tests need, as name==version. @throws {NotPossibleHere} */
async function resolved() {
  const report = join(mkdtempSync(join(tmpdir(), "duet-pip-")), "report.json");
  try {
    await pip("--dry-run", "--report", report, `${PYTHON_PROJECT}[test]`);
  } catch (error) {
    throw new NotPossibleHere(`The Python client is installed from PyPI, which cannot be reached here. ${error.message}`);
  }
  const { install } = JSON.parse(readFileSync(report, "utf8"));
  return install
    .map(({ metadata: { name, version } }) => `${name}==${version}`.toLowerCase())
    .filter((name) => !name.startsWith("duet-client=="));
}

/** Builds the libraries that PyTorch's own are linked against and that are not here, where those look for them. */
async function standIn() {
  const packages = join(VENV, "lib", readdirSync(join(VENV, "lib"))[0] ?? "", "site-packages");
  const lib = join(packages, "torch/lib");
  const own = readdirSync(lib).filter((name) => name.includes(".so"));
  const files = own.map((name) => join(lib, name));
  const lines = async (command, ...args) => (await succeed(command, args)).split("\n");
  const symbols = async (kind) => {
    const found = await lines("nm", "-D", kind, ...files);
    return new Set(found.flatMap((line) => /\s[A-Za-z]\s+([^\s@]+)/.exec(line)?.[1] ?? []));
  };
  const runtime = readdirSync(join(packages, "nvidia"), { recursive: true }).map((path) => basename(path));
  const here = (await lines("ldconfig", "-p")).flatMap((line) => /^\s+(\S+)/.exec(line)?.[1] ?? []);
  const needed = (await lines("readelf", "-d", ...files)).flatMap((line) => /NEEDED.*\[(.+)\]/.exec(line)?.[1] ?? []);
  const missing = [...new Set(needed)].filter((name) => ![...own, ...runtime, ...here].includes(name));
  const [defined, wanted] = [await symbols("--defined-only"), await symbols("--undefined-only")];
  const calls = [...wanted].filter((name) => !defined.has(name) && /^(_*cu(?!da)|cudnn|nccl|nv)/.test(name));
  const source = join(VENV, "noDevice.s");
  const labels = calls.map((name) => `.globl ${name}\n.type ${name}, @function\n${name}:\n`).join("");
  writeFileSync(source, `.text\n${labels} ud2\n.section .note.GNU-stack,"",@progbits\n`);
  const build = (name, ...from) =>
    succeed("cc", ["-shared", "-nostdlib", "-Wl,--no-as-needed", `-Wl,-soname,${name}`, "-o", join(lib, name), ...from]);
  // A library of a name that is asked for must have versions of its symbols, so that the calls stand in one of another name.
  await build(CALLS, source);
  for (const name of missing) await build(name, `-L${lib}`, `-l:${CALLS}`, "-Wl,-rpath,$ORIGIN");
  rmSync(source);
}

const pip = (...args) => succeed(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...args]);

/** What it printed. @throws {SetupError} */
async function succeed(command, args) {
  const { code, output } = await run(command, args, { quiet: true });
  if (code === 0) return output;
  const last = output.trim().split("\n").slice(-5).join("\n");
  throw new SetupError(`The Python client could not be installed; nothing of it was tested. ${command} ended with:\n${last}`);
}
