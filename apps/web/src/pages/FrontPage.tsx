import { Button, Group, TextInput } from "@mantine/core";
import { type FormEvent, Suspense, useState } from "react";
import { Link } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { Exchange } from "../front/Exchange.tsx";
import { FederationList } from "../front/FederationList.tsx";
import { InWords } from "../front/InWords.tsx";
import { ThreeSteps } from "../front/ThreeSteps.tsx";
import { words } from "../front/words.ts";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useGo } from "../hooks/useGo.ts";
import { readLink } from "../lib/links.ts";
import { TrySamples } from "../newFederation/trySamples/TrySamples.tsx";
import { lazyPart } from "../ui/lazyPart.tsx";
import { Term } from "../ui/Term.tsx";

/** Who is here for the first time has none of either. */
const KnownFederations = lazyPart(async () => (await import("../front/KnownFederations.tsx")).KnownFederations);
const KnownStanding = lazyPart(async () => (await import("./KnownStanding.tsx")).KnownStanding);
const PastFederations = lazyPart(async () => (await import("../front/PastFederations.tsx")).PastFederations);

/** What it is, what stays, what travels, who runs what; a way to see it, to begin, and back. */
export function FrontPage() {
  const [hasLink, setHasLink] = useState(false);
  const { storage } = useServices();
  // Another one with each time: the lists below are drawn anew by it, whatever it says.
  const [forgotten, setForgotten] = useState({ text: "" });
  const onForgotten = (text: string) => setForgotten({ text });
  return (
    <Shell title={null}>
      <div className="welcome">
        <div>
          <h1>{words.frontPage.headline}</h1>
          <p className="lead">{words.frontPage.lead(<Term term="shared adapter" />)}</p>
          <TrySamples />
          <Group gap="sm">
            <Button component={Link} to="/new" variant="default">
              {words.frontPage.start}
            </Button>
            <Button variant="default" onClick={() => setHasLink(true)} aria-expanded={hasLink}>
              {words.frontPage.haveLink}
            </Button>
          </Group>
          {hasLink && <LinkForm />}
        </div>
        <Exchange />
      </div>
      <ThreeSteps />
      <div className="column" style={{ gap: 32 }}>
        <Suspense>
          {storage.known().length > 0 && <KnownFederations onForgotten={onForgotten} standing={KnownStanding} />}
        </Suspense>
        <p role="status" className={forgotten.text ? undefined : "visuallyHidden"} style={{ margin: 0 }}>
          {forgotten.text}
        </p>
        <Suspense>{storage.past().length > 0 && <PastFederations onForgotten={onForgotten} />}</Suspense>
        <FederationList />
      </div>
      <InWords />
    </Shell>
  );
}

function LinkForm() {
  const go = useGo();
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  const open = (event: FormEvent) => {
    event.preventDefault();
    const link = readLink(text);
    if ("path" in link) go(link.path);
    else setError(link.problem);
  };
  return (
    <form onSubmit={open}>
      <Group gap="sm" mt="md" align="flex-end">
        <TextInput
          label={words.frontPage.linkLabel}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={error}
          autoFocus
          style={{ flex: "1 1 280px", maxWidth: 560 }}
        />
        <Button type="submit" variant="default">
          {words.frontPage.open}
        </Button>
      </Group>
    </form>
  );
}
