/** Drives WebKitGTK's small browser by plain W3C WebDriver calls, on an X server without a screen: by roles and names, as assistive technology has them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Webkit } from "../../../../tools/webkit.ts";

/** W3C WebDriver's key of a reference to an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const LOOK_EVERY_MS = 100;

/** Elements that may have such a role; the browser says which of them do. */
const CANDIDATES: Readonly<Record<Role, string>> = {
  button: "button, [role=button]",
  link: "a[href]",
  textbox: "textarea, input:not([type=file])",
};

export type Role = "button" | "link" | "textbox";

export interface WebkitPage {
  open(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Waits for an element of this role and accessible name, and clicks on it. */
  click(role: Role, name: string): Promise<void>;
  /** The same, with text typed into it instead of what it held. */
  fill(name: string, text: string): Promise<void>;
  /** Gives the page's file input a file of this machine. */
  upload(path: string): Promise<void>;
  /** What an expression is worth in the page. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Where its downloads come to lie. */
  readonly downloads: string;
  close(): Promise<void>;
}

/** A browser with a home of its own. Waits `deadlineMs` for whatever is asked for. @throws {Error} when it does not start. */
export async function startWebkit({ driver, browser, display }: Webkit, deadlineMs: number): Promise<WebkitPage> {
  const home = await mkdtemp(join(tmpdir(), "duet-webkit-"));
  const downloads = join(home, "downloads");
  await mkdir(join(home, ".config"));
  await mkdir(downloads);
  await writeFile(join(home, ".config", "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const screen = spawn(display, ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const port = await freePort();
  const number = await firstLine(screen);
  const driving = spawn(driver, [`--port=${port}`], {
    stdio: "ignore",
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, ".config"), DISPLAY: `:${number}`, GDK_BACKEND: "x11" },
  });
  const call = caller(`http://127.0.0.1:${port}`);
  const until = <Found>(what: string, look: () => Promise<Found | null>) => waitUntil(what, look, deadlineMs);
  try {
    await until("the WebDriver server", () => call("GET", "/status").catch(() => null));
    const options = { binary: browser, args: ["--automation"] };
    const capabilities = { alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": options } };
    const { sessionId } = (await call("POST", "/session", { capabilities })) as { readonly sessionId: string };
    const session = `/session/${sessionId}`;
    const page = pageOf((method, path, body) => call(method, `${session}${path}`, body), until);
    return { ...page, downloads, close: () => end(() => call("DELETE", session), [driving, screen], home) };
  } catch (error) {
    await end(async () => undefined, [driving, screen], home);
    throw error;
  }
}

type Call = (method: "GET" | "POST" | "DELETE", path: string, body?: object) => Promise<unknown>;
type Until = <Found>(what: string, look: () => Promise<Found | null>) => Promise<Found>;

function pageOf(call: Call, until: Until): Omit<WebkitPage, "downloads" | "close"> {
  /** None while the page draws anew: the driver then fails over an element that has gone as it was found. */
  const all = async (css: string) => {
    const found = await call("POST", "/elements", { using: "css selector", value: css }).catch(notYet);
    return ((found ?? []) as readonly Record<string, string>[]).map((element) => element[ELEMENT] ?? "");
  };

  /** Asks the browser for roles and names; an element that has just gone has none. */
  async function look(role: Role, name: string): Promise<string | null> {
    for (const id of await all(CANDIDATES[role])) {
      const [itsRole, itsName] = await Promise.all([
        call("GET", `/element/${id}/computedrole`).catch(() => null),
        call("GET", `/element/${id}/computedlabel`).catch(() => null),
      ]);
      if (itsRole === role && itsName === name) return id;
    }
    return null;
  }

  const named = (role: Role, name: string) => until(`the ${role} "${name}"`, () => look(role, name));
  const evaluate = (expression: string) => call("POST", "/execute/sync", { script: `return ${expression}`, args: [] });

  /** Does `act` to the element; one that the page draws anew in between, or shows a moment later, is looked for again. */
  async function perform(what: string, role: Role, name: string, act: (element: string) => Promise<true | null>): Promise<void> {
    await until(`${what} the ${role} "${name}"`, async () => act(`/element/${await named(role, name)}`).catch(notYet));
  }

  return {
    open: async (url) => void (await call("POST", "/url", { url })),
    reload: async () => void (await call("POST", "/refresh", {})),
    click: (role, name) =>
      perform("a click on", role, name, async (element) => {
        if (!(await call("GET", `${element}/enabled`))) return null;
        await call("POST", `${element}/click`, {});
        return true;
      }),
    fill: (name, text) =>
      perform("text in", "textbox", name, async (element) => {
        await call("POST", `${element}/clear`, {});
        await call("POST", `${element}/value`, { text });
        return true;
      }),
    async upload(path) {
      const id = await until("a file input", async () => (await all("input[type=file]"))[0] ?? null);
      await call("POST", `/element/${id}/value`, { text: path });
    },
    evaluate: (expression) => evaluate(expression) as Promise<never>,
  };
}

/** Null for an element that the page has drawn anew since it was found, or does not show yet. @throws {Error} any other */
function notYet(error: unknown): null {
  if (/"(stale element reference|element not interactable)"/.test(String(error))) return null;
  throw error;
}

/** @throws {Error} with what the browser says. */
function caller(address: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${address}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const { value } = (await response.json()) as { readonly value: unknown };
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  };
}

async function waitUntil<Found>(what: string, look: () => Promise<Found | null>, deadlineMs: number): Promise<Found> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms for ${what}`);
    await wait(LOOK_EVERY_MS);
  }
}

async function end(closeSession: () => Promise<unknown>, processes: readonly ChildProcess[], home: string): Promise<void> {
  await closeSession().catch(() => undefined);
  for (const process of processes) process.kill();
  await rm(home, { recursive: true, force: true });
}

/** Of the server's own descriptor 3: the number of the display it took. */
function firstLine(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    server.stdio[3]?.once("data", (line) => resolve(String(line).trim()));
    server.once("error", reject);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("No free port"))));
    });
  });
}
