/** The states of a federation that nobody need train for, by clients that only have a socket; and the page in Chinese. */
import { defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import { arrive, asOfVersionBefore } from "../e2e/support/bareClient.ts";
import type { OpenFederation, Stage } from "../e2e/support/stage.ts";
import type { Shoot } from "./shoot.ts";

export async function drawStates(stage: Stage, shoot: Shoot): Promise<void> {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const task = { kind: "label" as const, labels: ["calm", "alarm"] };
  const sizes = { minClients: 2, maxClients: 3, rounds: 4, reconnectGraceSeconds: 600, roundDeadlineSeconds: 900 };
  const federation = await stage.open(defaultFederation({ name: "Three wards", model, task, ...sizes }));
  const [watch, door] = [await stage.browser.newPage(), await stage.browser.newPage()];
  await watch.goto(federation.watchUrl);
  const clients = [await arrive(stage, model, federation, "Ward A")];
  await watch.getByText("Waiting for 1 more client").first().waitFor();
  await shoot(watch, "waiting-watched");
  clients.push(await arrive(stage, model, federation, "Ward B"));
  await federation.until("round 1", ({ openRound }) => openRound?.round === 1);
  clients.push(await arrive(stage, model, federation, "Ward C"));
  await watch.getByRole("region", { name: "Rounds", exact: true }).getByText("Round 1 of 4: not part of it").waitFor();
  await shoot(watch, "came-late");
  await watch.getByRole("button", { name: "Ward B" }).click();
  await watch.getByRole("region", { name: "Ward B" }).waitFor();
  await shoot(watch, "client-detail");
  await door.goto(federation.inviteUrl);
  await door.getByText("This federation is full.").waitFor();
  await shoot(door, "full");

  await control(stage, federation, "pause");
  await watch.getByText("Paused · Round 1 of 4").first().waitFor();
  await shoot(watch, "paused");
  await control(stage, federation, "resume");
  for (const client of clients) await client.request("client:leave", {});
  await watch.getByText("Everyone left; waiting for someone to come back.").first().waitFor();
  await shoot(watch, "everyone-left");
  await control(stage, federation, "stop");
  await door.getByText("The organiser has stopped this federation.").waitFor();
  await shoot(door, "join-stopped");
  await shoot(watch, "stopped");

  const older = await stage.browser.newPage();
  await asOfVersionBefore(older);
  await older.goto(federation.watchUrl);
  await older.getByText("This page and the coordinator differ").waitFor();
  await shoot(older, "other-version");
  await drawChinese(stage, federation, shoot);
  for (const client of clients) client.close();
  await Promise.all([watch, door, older].map((page) => page.close()));
}

const control = (stage: Stage, { federationId, organiserKey }: OpenFederation, kind: "pause" | "resume" | "stop") =>
  stage.organiser.request("federation:control", { federationId, organiserKey, action: { kind } });

async function drawChinese(stage: Stage, { watchUrl }: OpenFederation, shoot: Shoot): Promise<void> {
  const context = await stage.browser.newContext({ locale: "zh-CN" });
  const page = await context.newPage();
  for (const [address, name] of [
    [stage.url, "front-chinese"],
    [`${stage.url}/new`, "create-chinese"],
    [watchUrl, "stopped-chinese"],
  ] as const) {
    await page.goto(address);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await shoot(page, name);
  }
  await context.close();
}
