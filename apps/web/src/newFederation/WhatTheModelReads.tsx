import { Panel } from "../ui/Panel.tsx";
import type { FederationForm } from "./federationForm.ts";
import { promptView } from "./promptView.ts";
import { words } from "./words.ts";

/** The prompt that a row of the task becomes. Nothing while no base is chosen. */
export function WhatTheModelReads({ form }: { readonly form: FederationForm }) {
  const view = promptView(form);
  if (!view) return null;
  return (
    <Panel title={words.whatTheModelReads.title}>
      <blockquote className="quote" style={{ whiteSpace: "pre-line" }} translate="no">
        {view.prompt} {view.answer !== null && <strong>{view.answer}</strong>}
      </blockquote>
      <p className="muted small" style={{ margin: 0 }}>
        {view.note}
      </p>
    </Panel>
  );
}
