/** The pages before a federation runs, those that lead nowhere, and a crowd. */
import { DEMO_METHOD, defaultFederation } from "@duet/lora-core/federation/federationDefaults";
import type { Page } from "playwright";
import { crowdOf, serveCrowd } from "../bench/crowdStream.ts";
import type { Stage } from "../e2e/support/stage.ts";
import type { Shoot } from "./shoot.ts";

export async function drawPages(stage: Stage, shoot: Shoot): Promise<void> {
  const page = await stage.browser.newPage();
  await page.goto(stage.url);
  await page.getByText("None is listed").waitFor();
  await shoot(page, "front");
  await page.getByRole("button", { name: "I have a link" }).click();
  await page.getByRole("textbox", { name: "Invite, watch or organiser link" }).fill(`${stage.url}/join/x#short`);
  await page.keyboard.press("Enter");
  await page.getByText(/cut off or mistyped/).waitFor();
  await shoot(page, "front-broken-link");

  await page.goto(`${stage.url}/new`);
  await page.getByRole("textbox", { name: "Name" }).fill("Symptoms");
  await page.getByRole("textbox", { name: "Labels" }).fill("bacterial\nviral\nallergic");
  await page.getByRole("button", { name: "Create federation", disabled: false }).waitFor();
  await shoot(page, "create");
  await page.getByRole("button", { name: "Create federation" }).click();
  await page.getByRole("region", { name: "Who is here" }).waitFor();
  await page.getByText("How to get a link that more people can open").click();
  await shoot(page, "lobby");

  await page.goto(`${stage.url}/glossary#shared-adapter`);
  await page.getByRole("heading", { name: "Glossary" }).waitFor();
  await shoot(page, "glossary");
  await page.goto(`${stage.url}/nowhere`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await shoot(page, "not-found");
  await page.goto(`${stage.url}/watch/nothing#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`);
  await page.getByRole("alert").waitFor();
  await shoot(page, "cannot-be-opened");
  await page.close();
  await drawCrowd(stage, shoot);
}

/** Figures of a crowd are made up: no machine here could train it. */
async function drawCrowd(stage: Stage, shoot: Shoot): Promise<void> {
  const model = (await stage.organiser.offer()).models.find(({ name }) => name === "use-lite");
  if (!model) throw new Error("use-lite is not served");
  const labels = Array.from({ length: 12 }, (_, index) => `label ${index}`);
  const federation = await stage.open(
    defaultFederation({ name: "crowd", model, task: { kind: "label", labels }, method: DEMO_METHOD }),
  );
  const like = await federation.until("itself", () => true);
  const page = await stage.browser.newPage({ viewport: { width: 1280, height: 900 } });
  await serveCrowd(page, crowdOf(like, { clients: 50, rounds: 40, closed: 27 }));
  await page.goto(federation.watchUrl);
  await pinOne(page);
  await shoot(page, "crowd");
  await page.close();
}

/** As somebody does who follows one. */
async function pinOne(page: Page): Promise<void> {
  const search = page.getByRole("textbox", { name: "Find a client" });
  await search.fill("Site 17");
  await page.getByRole("button", { name: "Site 17" }).click();
  await search.fill("");
}
