import { formatNumber } from "../lib/numbers.ts";
import { words as common } from "../lib/words.ts";
import { BarsPicture, type PictureBar } from "../ui/BarsPicture.tsx";
import { ChartFigure } from "../ui/ChartFigure.tsx";
import { Fill } from "../ui/Fill.tsx";
import type { ConnectedData } from "../worker/tabEngine.ts";
import { type BalancedLabel, labelBalance, type OthersRows } from "./labelBalance.ts";
import { words } from "./words.ts";

const LABELS_SHOWN = 12;
const MISSING_NAMED = 4;

export interface LabelBalanceChartProps {
  readonly data: ConnectedData;
  /** The federation's. */
  readonly labels: readonly string[];
  /** Null where nobody else is asked for: within a team. */
  readonly others: OthersRows | null;
}

/** How one's own rows are spread over the federation's labels, and as much of everybody's as is told. */
export function LabelBalanceChart({ data, labels, others }: LabelBalanceChartProps) {
  const balance = labelBalance(data.balance, labels, others?.labels);
  const { missing, leaning } = balance;
  const isOfAll = others?.labels != null;
  const widest = Math.max(...balance.labels.flatMap(({ share, beside }) => [share, beside]));
  const key = isOfAll ? words.labelBalance.keyOfAll : words.labelBalance.key(labels.length);
  const [shown, hidden] = [balance.labels.slice(0, LABELS_SHOWN), balance.labels.slice(LABELS_SHOWN)];
  const bars = (some: readonly BalancedLabel[]) =>
    some.map((label) => <Bar key={label.label} label={label} widest={widest} isOfAll={isOfAll} />);
  return (
    <section aria-label={words.labelBalance.title} style={{ marginTop: 16 }}>
      <h3>{words.labelBalance.title}</h3>
      <p className="muted small" style={{ margin: "4px 0 8px" }}>
        {key}
      </p>
      <ChartFigure
        name={words.labelBalance.title}
        summary={words.labelBalance.title}
        picture={() => <BarsPicture title={key} bars={balance.labels.map((label) => barOf(label, widest))} />}
      >
        <dl className="bars labels small">{bars(shown)}</dl>
        {hidden.length > 0 && (
          <details className="small">
            <summary>{words.labelBalance.all(labels.length)}</summary>
            <dl className="bars labels">{bars(hidden)}</dl>
          </details>
        )}
      </ChartFigure>
      <p className="soft small" style={{ margin: "8px 0 0" }}>
        {common.listing.sentences([
          ...(leaning ? [words.labelBalance.leans(leaning.label, leaning.times, isOfAll)] : []),
          missing.length > 0 ? words.labelBalance.missing(named(missing)) : words.labelBalance.allThere,
          ...(others && others.clients > 0 && !others.labels ? [words.labelBalance.others(others)] : []),
        ])}
      </p>
    </section>
  );
}

interface BarProps {
  readonly label: BalancedLabel;
  /** The largest share of all. */
  readonly widest: number;
  /** What it stands beside are all clients' rows. */
  readonly isOfAll: boolean;
}

function Bar({ label: { label, count, share, beside }, widest, isOfAll }: BarProps) {
  return (
    <>
      <dt title={label}>{label}</dt>
      <dd className="track" aria-hidden="true">
        <Fill share={share / widest} color="var(--data)" />
        <span className="mark" style={{ left: `${(100 * beside) / widest}%` }} />
      </dd>
      <dd className="number">
        {rowsText(count)}
        <span className="visuallyHidden">{words.labelBalance.shares(percent(share), percent(beside), isOfAll)}</span>
      </dd>
    </>
  );
}

const barOf = ({ label, count, share, beside }: BalancedLabel, widest: number): PictureBar => ({
  ...{ name: label, share: share / widest, color: "var(--data)", mark: beside / widest },
  text: rowsText(count),
});

const rowsText = (count: number): string => (count === 0 ? words.labelBalance.none : common.counts.rows(count));

const percent = (share: number): string => formatNumber(100 * share);

function named(labels: readonly string[]): string {
  const first = labels.slice(0, MISSING_NAMED).join(common.listing.comma);
  const more = labels.length - MISSING_NAMED;
  return more > 0 ? words.labelBalance.andMore(first, more) : first;
}
