import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import type { ReactNode } from "react";
import { isCrowd } from "../../lib/crowd.ts";
import { Fill } from "../../ui/Fill.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Term } from "../../ui/Term.tsx";
import { EveryClient } from "../EveryClient.tsx";
import { type BudgetRow, budgetSummary, budgetView, clientBudget } from "./budgetView.ts";
import { words } from "./words.ts";

/** How much is spent of the privacy budgets, of rows by client and of clients. Nothing in a federation without differential privacy. */
export function BudgetPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  return (
    <>
      <RowBudgets snapshot={snapshot} />
      <ClientBudget snapshot={snapshot} />
    </>
  );
}

function ClientBudget({ snapshot }: { readonly snapshot: Snapshot }) {
  const spent = clientBudget(snapshot);
  if (!spent) return null;
  return (
    <Panel title={words.budgetPanel.privacyOfClients} hint={words.budgetPanel.clientsHint}>
      <Bars label={words.budgetPanel.anyClientLabel}>
        <Bar name={words.budgetPanel.anyClient} isSpent={false} share={spent.share} text={spent.text} />
      </Bars>
      <p className="muted small" style={{ margin: "10px 0 0" }}>
        {spent.noise}
      </p>
    </Panel>
  );
}

function Bars({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of figures, not form fields
    <div className="bars" role="group" aria-label={label}>
      {children}
    </div>
  );
}

function RowBudgets({ snapshot }: { readonly snapshot: Snapshot }) {
  const view = budgetView(snapshot);
  const isMany = isCrowd(snapshot);
  if (!view || view.rows.length === 0) return null;
  return (
    <Panel title={words.budgetPanel.privacyBudget} hint={words.budgetPanel.budgetHint}>
      {isMany && <p style={{ margin: "0 0 10px" }}>{budgetSummary(view.rows)}</p>}
      <EveryClient clients={view.rows.length} isMany={isMany}>
        <Bars label={words.budgetPanel.epsilonSpentByClient}>
          {view.rows.map((row) => (
            <Bar key={row.clientId} {...row} />
          ))}
        </Bars>
      </EveryClient>
      <p className="muted small" style={{ margin: "10px 0 0" }}>
        {words.budgetPanel.note((text) => (
          <Term term="epsilon">{text}</Term>
        ))}{" "}
        {view.noise}
      </p>
    </Panel>
  );
}

function Bar({ name, share, text, isSpent }: Omit<BudgetRow, "clientId" | "spent">) {
  return (
    <>
      <span>{name}</span>
      <div className="track" aria-hidden="true">
        <Fill share={share} color="var(--ink-3)" />
      </div>
      <span className="small">
        {text}
        {isSpent && words.budgetPanel.spent}
      </span>
    </>
  );
}
