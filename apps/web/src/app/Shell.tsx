import { explain } from "@duet/lora-core/errors/duetError";
import { ActionIcon, Alert, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconPlugConnectedX, IconRefresh, IconSun } from "@tabler/icons-react";
import { type ReactNode, useEffect } from "react";
import { Link } from "react-router";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useArrival } from "../hooks/useArrival.ts";
import { useStore } from "../hooks/useStore.ts";
import { failureLine } from "../lib/failureLine.ts";
import { OtherVersion } from "../ui/OtherVersion.tsx";
import { LanguageSwitch } from "./LanguageSwitch.tsx";
import { Mark } from "./Mark.tsx";
import { words } from "./words.ts";

export interface ShellProps {
  /** Where one is, for the browser's tab and history; null on the front page. */
  readonly title: string | null;
  /** How far what the page shows is, before its title in the browser's tab; null or left out where there is nothing to say. */
  readonly progress?: string | null;
  readonly narrow?: boolean;
  readonly children: ReactNode;
}

/** Header and footer, with the connection notice and the page in between. */
export function Shell({ title, progress = null, narrow = false, children }: ShellProps) {
  useEffect(() => {
    document.title = [progress, title, "Duet"].filter((part) => part !== null).join(" · ");
  }, [progress, title]);
  const main = useArrival<HTMLElement>();
  return (
    <div className={narrow ? "page narrow" : "page"}>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        {words.shell.skip}
      </button>
      <header className="top">
        <Link to="/" className="brand" aria-label={words.shell.frontPage}>
          <Mark />
          Duet
        </Link>
        {title !== null && (
          <span className="crumb" aria-hidden="true">
            / <span>{title}</span>
          </span>
        )}
        <LanguageSwitch />
        <ColorSchemeToggle />
      </header>
      <main ref={main} tabIndex={-1}>
        <ConnectionNotice />
        <VersionNotice />
        {children}
      </main>
      <footer className="foot">
        <Link to="/glossary">{words.shell.glossary}</Link>
      </footer>
    </div>
  );
}

function ColorSchemeToggle() {
  const scheme = useComputedColorScheme("light");
  const { setColorScheme } = useMantineColorScheme();
  const next = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon variant="subtle" size="lg" aria-label={words.shell[next]} onClick={() => setColorScheme(next)}>
      {scheme === "dark" ? <IconSun size={18} /> : <IconMoon size={18} />}
    </ActionIcon>
  );
}

/** Before somebody presses what is not there any more. */
function VersionNotice() {
  const isOther = useStore(useServices().isOtherVersion);
  if (!isOther) return null;
  return (
    <Alert mb="md" color="gray" icon={<IconRefresh />} role="status">
      <OtherVersion />
    </Alert>
  );
}

function ConnectionNotice() {
  const status = useStore(useServices().coordinator.status);
  if (status.kind === "lost") {
    return (
      <Alert mb="md" color="gray" icon={<IconPlugConnectedX />} title={words.shell.away} role="alert">
        {words.shell.awayText}
      </Alert>
    );
  }
  if (status.kind === "refused") {
    const said = failureLine(explain(status.error));
    return (
      <Alert mb="md" color="gray" icon={<IconPlugConnectedX />} title={words.shell.differ} role="alert">
        {said}
      </Alert>
    );
  }
  return null;
}
