import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Fill } from "../ui/Fill.tsx";
import { Panel } from "../ui/Panel.tsx";
import { type BudgetRow, budgetView } from "./budgetView.ts";

/** How much every client has spent of its privacy budget. Nothing in a federation without differential privacy. */
export function BudgetPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  const view = budgetView(snapshot);
  if (!view || view.rows.length === 0) return null;
  return (
    <Panel
      title="Privacy budget"
      hint="Epsilon says how much all training on a client's rows, in every federation on its device, may tell of any single one. A client whose budget is spent trains no more, and goes on taking part."
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a group of figures, not form fields */}
      <div className="bars" role="group" aria-label="Epsilon spent, by client">
        {view.rows.map((row) => (
          <Bar key={row.clientId} {...row} />
        ))}
      </div>
      <p className="muted small" style={{ margin: "10px 0 0" }}>
        Epsilon spent on each client's rows. With differential privacy nobody sends losses, accuracies or fusion weights.
      </p>
    </Panel>
  );
}

function Bar({ name, share, text, isSpent }: BudgetRow) {
  return (
    <>
      <span>{name}</span>
      <div className="track" aria-hidden="true">
        <Fill share={share} color="var(--ink-3)" />
      </div>
      <span className="small">
        {text}
        {isSpent && ", spent: trains no more"}
      </span>
    </>
  );
}
