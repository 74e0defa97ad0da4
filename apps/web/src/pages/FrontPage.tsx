import { Button, Group, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { FederationList } from "../front/FederationList.tsx";
import { KnownFederations } from "../front/KnownFederations.tsx";
import { useGo } from "../hooks/useGo.ts";
import { readLink } from "../lib/links.ts";
import { TrySamples } from "../newFederation/TrySamples.tsx";

export function FrontPage() {
  const [hasLink, setHasLink] = useState(false);
  return (
    <Shell title={null}>
      <div className="hero">
        <h1>Fine-tune a language model together.</h1>
        <p className="muted" style={{ fontSize: 18, margin: "0 0 24px" }}>
          Your data stays in this tab.
        </p>
        <Group gap="sm">
          <Button component={Link} to="/new" size="md">
            Start a federation
          </Button>
          <Button size="md" variant="default" onClick={() => setHasLink(true)} aria-expanded={hasLink}>
            I have a link
          </Button>
        </Group>
        {hasLink && <LinkForm />}
        <TrySamples />
      </div>
      <div className="column">
        <KnownFederations />
        <FederationList />
      </div>
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
          label="Invite, watch or organiser link"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={error}
          autoFocus
          style={{ flex: "1 1 280px", maxWidth: 560 }}
        />
        <Button type="submit" variant="default">
          Open
        </Button>
      </Group>
    </form>
  );
}
