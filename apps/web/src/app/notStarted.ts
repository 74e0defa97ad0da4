import { LANGUAGES, type Language } from "../lib/language.ts";

/** Each in itself: the words of the page are what could not be fetched. */
const SAID: Readonly<Record<Language, { readonly text: string; readonly reload: string }>> = {
  en: { text: "Duet could not be loaded. Check the network, then:", reload: "Reload the page" },
  zh: { text: "Duet 未能加载。请检查网络，然后：", reload: "重新加载页面" },
};

/** In place of "Duet is loading" where the page could not begin. */
export function notStarted(): HTMLElement {
  const page = document.createElement("main");
  page.setAttribute("role", "alert");
  page.className = "page narrow";
  page.append(...(["en", "zh"] as const).map(lineIn));
  return page;
}

function lineIn(language: Language): HTMLElement {
  const { text, reload } = SAID[language];
  const button = document.createElement("button");
  button.textContent = reload;
  button.onclick = () => location.reload();
  const line = document.createElement("p");
  line.lang = LANGUAGES[language].tag;
  line.append(text, " ", button);
  return line;
}
