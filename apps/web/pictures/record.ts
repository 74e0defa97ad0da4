/** A first visit as a film: from the front page to a result, at one press. */
import { writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Locator, Page } from "playwright";
import type { Stage } from "../e2e/support/stage.ts";

const SIZE = { width: 1280, height: 800 } as const;
/** Below the page, for what it says of itself. */
const CAPTION_HEIGHT = 48;
const SECONDS = 60;
/** What a page of text and lines needs to be sharp, and small enough for a repository. */
const BITS_PER_SECOND = 320_000;

/** Records {@link SECONDS} seconds into a WebM file, with the page's own words below it as captions. The film is made in a page of the same browser: no other program is needed. */
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
  await Promise.race([
    visit(page, (text) => studio.evaluate((said) => (window as unknown as Studio).caption(said), text)),
    isOver,
  ]);
  await isOver;
  await session.send("Page.stopScreencast");
  const film = await studio.evaluate(() => (window as unknown as Studio).end());
  await writeFile(file, Buffer.from(film, "base64"));
  await page.close();
  await studio.close();
  console.log(file);
}

/** What somebody does who is here for the first time; reads as slowly as a person. */
async function visit(page: Page, caption: (text: string) => Promise<void>): Promise<void> {
  const said = async (locator: Locator) => caption(await wordsOf(locator));
  await said(page.getByRole("heading", { level: 1 }));
  await wait(4000);
  const sample = page.getByRole("button", { name: "system logs" });
  await said(sample);
  await sample.click();
  await page.getByRole("region", { name: "My tab" }).waitFor({ timeout: 1000 * SECONDS });
  const status = page.getByRole("status", { name: "Federation status" });
  const result = page.getByRole("region", { name: "Use it" });
  while (!(await result.isVisible())) {
    await said(status);
    await wait(500);
  }
  await said(page.getByRole("region", { name: "Verdict" }).getByRole("heading").first());
  await wait(4000);
  const plane = page.getByRole("region", { name: "How the two were mixed" });
  await plane.scrollIntoViewIfNeeded();
  await said(plane.getByRole("heading").first());
}

/** Its texts, each apart from the next. */
const wordsOf = (locator: Locator): Promise<string> =>
  locator.evaluate((element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const texts: string[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) texts.push(node.textContent?.trim() ?? "");
    return texts.filter((text) => text !== "").join(" · ");
  });

interface Studio {
  show(jpeg: string): Promise<void>;
  caption(text: string): void;
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
    ([{ width, height }, captionHeight, videoBitsPerSecond]) => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width, height: height + captionHeight });
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
        caption(text) {
          if (!brush) return;
          brush.fillStyle = "#16161d";
          brush.fillRect(0, height, width, captionHeight);
          brush.fillStyle = "#ffffff";
          brush.font = "500 20px Inter Variable, sans-serif";
          brush.textBaseline = "middle";
          brush.fillText(text, 32, height + captionHeight / 2, width - 64);
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
    [SIZE, CAPTION_HEIGHT, BITS_PER_SECOND] as const,
  );
  return page;
}
