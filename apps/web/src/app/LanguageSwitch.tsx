import { Button } from "@mantine/core";
import { useLanguage } from "../hooks/useLanguage.ts";
import { useTask } from "../hooks/useTask.ts";
import { LANGUAGES, type Language } from "../lib/language.ts";
import { chooseLanguage } from "../services/pageLanguage.ts";
import { words } from "./words.ts";

/** Each in itself: whoever looks for one need not read the other. */
const SHOWN: Readonly<Record<Language, { readonly short: string; readonly full: string }>> = {
  en: { short: "EN", full: "English" },
  zh: { short: "中", full: "中文" },
};

/** To the other language, at once: what is shown and filled in stays. */
export function LanguageSwitch() {
  const next: Language = useLanguage() === "en" ? "zh" : "en";
  const [changing, change] = useTask();
  return (
    <>
      {changing.kind === "failed" && (
        <span role="alert" className="small">
          {words.languageSwitch.notFetched(SHOWN[next].full)}
        </span>
      )}
      <Button
        variant="subtle"
        size="compact-md"
        className="language"
        lang={LANGUAGES[next].tag}
        aria-label={SHOWN[next].full}
        loading={changing.kind === "busy"}
        onClick={() => change(() => chooseLanguage(next))}
      >
        {SHOWN[next].short}
      </Button>
    </>
  );
}
