import { useEffect } from "react";
import { useLocation } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { GlossaryList } from "../glossary/GlossaryList.tsx";
import { words } from "../glossary/words.ts";

/** What the words mean; at the one that the address names. */
export function GlossaryPage() {
  const { hash } = useLocation();
  const marked = hash.slice(1);
  useEffect(() => document.getElementById(marked)?.scrollIntoView({ block: "center" }), [marked]);
  return (
    <Shell title={words.title} narrow>
      <div className="column">
        <div>
          <h1>{words.title}</h1>
          <p className="lead">{words.lead}</p>
        </div>
        <GlossaryList marked={marked} />
      </div>
    </Shell>
  );
}
