import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { page } from "vitest/browser";
import { loadWords } from "../lib/language.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { notStarted } from "./notStarted.ts";

beforeAll(() => loadWords());

function Broken(): never {
  throw new Error("clients is undefined");
}

function shown(element: HTMLElement): void {
  document.body.append(element);
  onTestFinished(() => element.remove());
}

test("a page that fails while it is drawn says what happened, and leads on", async () => {
  const element = document.createElement("div");
  shown(element);
  const root = createRoot(element, { onCaughtError: () => {} });
  onTestFinished(() => root.unmount());
  root.render(createElement(ErrorBoundary, null, createElement(Broken)));
  await expect.element(page.getByRole("heading", { name: "This page failed" })).toBeVisible();
  await expect.element(page.getByText("clients is undefined")).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Reload the page" })).toBeVisible();
  await expect.element(page.getByRole("link", { name: "Front page" })).toHaveAttribute("href", expect.stringMatching(/\/$/));
});

test("a page whose words could not be fetched says so in every language", async () => {
  shown(notStarted());
  await expect.element(page.getByText("Duet could not be loaded.")).toBeVisible();
  await expect.element(page.getByRole("button", { name: "重新加载页面" })).toBeVisible();
});
