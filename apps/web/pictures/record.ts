/** A first visit as a film: from the front page to a result, at one press. */
import { writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "playwright";
import type { Stage } from "../e2e/support/stage.ts";

const SIZE = { width: 1280, height: 800 } as const;
const SECONDS = 60;
/** What a page of text and lines needs to be sharp, and small enough for a repository. */
const BITS_PER_SECOND = 160_000;

/** Records {@link SECONDS} seconds into a WebM file. The film is made in a page of the same browser: no other program is needed. */
export async function record(stage: Stage, file: string): Promise<void> {
  const studio = await openStudio(stage);
  const page = await stage.browser.newPage({ viewport: SIZE, colorScheme: "light" });
  await page.goto(stage.url);
  await page.getByText("None is listed").waitFor();
  const session = await page.context().newCDPSession(page);
  session.on("Page.screencastFrame", ({ data, sessionId }) => {
    void studio.evaluate((frame) => (window as unknown as Studio).show(frame), data).catch(() => undefined);
    void session.send("Page.screencastFrameAck", { sessionId });
  });
  await session.send("Page.startScreencast", { format: "jpeg", quality: 90, maxWidth: SIZE.width, maxHeight: SIZE.height });
  await studio.evaluate(() => (window as unknown as Studio).begin());
  const isOver = wait(1000 * SECONDS).then(() => true);
  await Promise.race([visit(page), isOver]);
  await isOver;
  await session.send("Page.stopScreencast");
  const film = await studio.evaluate(() => (window as unknown as Studio).end());
  await writeFile(file, Buffer.from(film, "base64"));
  await page.close();
  await studio.close();
  console.log(file);
}

/** What somebody does who is here for the first time; reads as slowly as a person. */
async function visit(page: Page): Promise<void> {
  await wait(4000);
  await page.getByRole("button", { name: "system logs" }).click();
  await page.getByRole("region", { name: "My tab" }).waitFor({ timeout: 1000 * SECONDS });
  await page.getByRole("region", { name: "Use it" }).waitFor({ timeout: 1000 * SECONDS });
  await wait(4000);
  await page.getByRole("region", { name: "How the two were mixed" }).scrollIntoViewIfNeeded();
}

interface Studio {
  show(jpeg: string): Promise<void>;
  begin(): void;
  /** The film in base64. */
  end(): Promise<string>;
}

/** A page that paints what it is shown and films its canvas. */
async function openStudio({ browser }: Stage): Promise<Page> {
  const page = await browser.newPage();
  // As a text: what runs this file calls it around every function that has a name, and the page has none.
  await page.evaluate("globalThis.__name = (named) => named");
  await page.evaluate(
    ([{ width, height }, videoBitsPerSecond]) => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width, height });
      const brush = canvas.getContext("2d");
      const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: "video/webm;codecs=vp9", videoBitsPerSecond });
      const parts: Blob[] = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      const studio: Studio = {
        async show(jpeg) {
          const picture = new Image();
          picture.src = `data:image/jpeg;base64,${jpeg}`;
          await picture.decode();
          brush?.drawImage(picture, 0, 0, width, height);
        },
        begin: () => recorder.start(),
        async end() {
          await new Promise((resolve) => {
            recorder.onstop = resolve;
            recorder.stop();
          });
          const reader = new FileReader();
          await new Promise((resolve) => {
            reader.onload = resolve;
            reader.readAsDataURL(new Blob(parts));
          });
          return String(reader.result).replace(/^.*?base64,/, "");
        },
      };
      Object.assign(window, studio);
    },
    [SIZE, BITS_PER_SECOND] as const,
  );
  return page;
}
