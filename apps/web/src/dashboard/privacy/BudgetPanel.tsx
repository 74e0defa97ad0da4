import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { isCrowd } from "../../lib/crowd.ts";
import { BarsPicture } from "../../ui/BarsPicture.tsx";
import { ChartFigure } from "../../ui/ChartFigure.tsx";
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
      <Bars label={words.budgetPanel.anyClientLabel} bars={[{ name: words.budgetPanel.anyClient, isSpent: false, ...spent }]} />
      <p className="muted small" style={{ margin: "10px 0 0" }}>
        {spent.noise}
      </p>
    </Panel>
  );
}

type BudgetBar = Pick<BudgetRow, "name" | "share" | "text" | "isSpent">;

function Bars({
  label,
  bars,
}: {
  readonly label: string;
  readonly bars: readonly (BudgetBar & { readonly clientId?: string })[];
}) {
  const drawn = bars.map(({ name, share, ...bar }) => ({ name, share, color: COLOR, text: textOf(bar) }));
  return (
    <ChartFigure name={label} summary={label} picture={() => <BarsPicture title={label} bars={drawn} />}>
      <div className="bars">
        {bars.map(({ clientId, ...bar }) => (
          <Bar key={clientId ?? bar.name} {...bar} />
        ))}
      </div>
    </ChartFigure>
  );
}

const COLOR = "var(--ink-3)";
const textOf = ({ text, isSpent }: Pick<BudgetBar, "text" | "isSpent">): string =>
  text + (isSpent ? words.budgetPanel.spent : "");

function RowBudgets({ snapshot }: { readonly snapshot: Snapshot }) {
  const view = budgetView(snapshot);
  const isMany = isCrowd(snapshot);
  if (!view || view.rows.length === 0) return null;
  return (
    <Panel title={words.budgetPanel.privacyBudget} hint={words.budgetPanel.budgetHint}>
      {isMany && <p style={{ margin: "0 0 10px" }}>{budgetSummary(view.rows)}</p>}
      <EveryClient clients={view.rows.length} isMany={isMany}>
        <Bars label={words.budgetPanel.epsilonSpentByClient} bars={view.rows} />
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

function Bar({ name, share, ...bar }: BudgetBar) {
  return (
    <>
      <span>{name}</span>
      <div className="track" aria-hidden="true">
        <Fill share={share} color={COLOR} />
      </div>
      <span className="small">{textOf(bar)}</span>
    </>
  );
}
