import { expect, onTestFinished, test } from "vitest";
import { userEvent } from "vitest/browser";
import { copyText } from "./copyText.ts";

/** What a press of a button that copies gives, on a page where browsers have no clipboard to write to. */
async function pressed(text: string): Promise<boolean> {
  Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
  const button = document.body.appendChild(document.createElement("button"));
  onTestFinished(() => {
    Reflect.deleteProperty(navigator, "clipboard");
    button.remove();
  });
  const copied = new Promise<boolean>((resolve) => {
    button.onclick = () => void copyText(text).then(resolve);
  });
  await userEvent.click(button);
  return copied;
}

test("a page that is not secure copies what it selects, and gives the focus back", async () => {
  const copied: string[] = [];
  const hear = () => copied.push(String(document.activeElement instanceof HTMLTextAreaElement && document.activeElement.value));
  document.addEventListener("copy", hear);
  onTestFinished(() => document.removeEventListener("copy", hear));
  expect(await pressed("http://192.168.1.20:8080/join/f#code")).toBe(true);
  expect(copied).toEqual(["http://192.168.1.20:8080/join/f#code"]);
  expect(document.activeElement).toBeInstanceOf(HTMLButtonElement);
});

test("where the page may not copy at all, that is said", async () => {
  document.execCommand = () => false;
  onTestFinished(() => {
    Reflect.deleteProperty(document, "execCommand");
  });
  expect(await pressed("text")).toBe(false);
});
