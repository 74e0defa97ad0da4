/** The page where people really put it: below a path, behind a proxy. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { logsScenario } from "@duet/lora-core/scenarios/logs/logsScenario";
import { expect, it, onTestFinished } from "vitest";
import { startProxy } from "../../../tools/testing/reverseProxy.ts";
import { join } from "./support/participant.ts";
import { startStage } from "./support/stage.ts";

const scenario = logsScenario({ clients: 1, seed: 5, rowsPerClient: 16 });

it("joins and trains below a path that the proxy takes off, and every address stays below it", async () => {
  const stage = await startStage({ base: "/duet" });
  onTestFinished(() => stage.close());
  const site = await startProxy(stage.url, { prefix: "/duet", strips: true });
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("The coordinator does not offer use-lite");
  const config = defaultFederation({
    name: "below a path",
    model,
    task: scenario.task,
    method: "fdlora",
    preset: "paper",
    minClients: 1,
    rounds: 1,
    localSteps: 1,
    innerSteps: 1,
    training: { batchSize: 2, maxTokens: 16 },
  });
  const federation = await stage.open(config);
  const file = await stage.writeRows("anna", scenario.clients[0]?.rows ?? []);
  const elsewhere: string[] = [];
  const tab = await join(
    stage.browser,
    federation.inviteUrl.replace(stage.url, site),
    { name: "anna", file, input: "input", answer: "answer" },
    {
      backend: "wasm",
      deadlineMs: 240_000,
      onPage: (page) => {
        page.context().on("request", (request) => {
          const address = request.url();
          if (address.startsWith("http") && !address.startsWith(`${site}/`)) elsewhere.push(address);
        });
        page.on("websocket", (socket) => {
          if (!new URL(socket.url()).pathname.startsWith("/duet/")) elsewhere.push(socket.url());
        });
      },
    },
  );
  const finished = await federation.until("the end", ({ endedAt }) => endedAt !== null, 240_000);
  expect(finished.phase).toBe("finished");
  expect(elsewhere).toEqual([]);
  // In the router's eyes too: a link within the page, and a reload where it led to.
  await tab.page.getByRole("link", { name: "Duet, front page" }).click();
  await tab.page.getByRole("link", { name: "Start a federation" }).click();
  expect(tab.page.url()).toMatch(new RegExp(`^${site}/new`));
  await tab.page.reload();
  await tab.page.getByRole("heading", { level: 1 }).waitFor();
  // At the coordinator's own port, where the page is not below its path, it goes there.
  await tab.page.goto(new URL("/new", stage.url).href);
  await tab.page.waitForURL(`${stage.url}/new`);
  await tab.page.getByRole("heading", { level: 1 }).waitFor();
  await tab.context.close();
});

it("a page whose address the coordinator does not know says why, and goes on once that is mended", async () => {
  const stage = await startStage();
  onTestFinished(() => stage.close());
  // As proxies do that are not told otherwise.
  const inner = new URL(stage.url).host;
  let host: (given: string) => string = () => inner;
  const site = await startProxy(stage.url, { host: (given) => host(given) });
  const page = await stage.browser.newPage();
  await page.goto(site);
  const notice = page.getByRole("alert");
  await notice.getByText(`This page was opened at ${site}, but the coordinator was reached as http://${inner}`).waitFor();
  expect(await notice.textContent()).toContain(`--origin ${site}`);
  host = (given) => given;
  await notice.waitFor({ state: "detached" });
  await page.close();
});

it("a name that is none of the coordinator's gets a sentence in place of the page", async () => {
  const stage = await startStage();
  onTestFinished(() => stage.close());
  const site = await startProxy(stage.url, { host: () => "inner.example" });
  const page = await stage.browser.newPage();
  await page.goto(site);
  expect(await page.textContent("body")).toMatch(/^This coordinator .*inner\.example.*--origin/);
});
