import { SegmentedControl, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconPin } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { usePlace } from "../hooks/usePlace.ts";
import { formatClock, formatFraction, formatRate } from "../lib/format.ts";
import { formatWhole } from "../lib/numbers.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import type { ClientTableProps } from "./ClientTable.tsx";
import { type CrowdColumn, type CrowdRow, type CrowdSort, crowdRows, isWorseOff, sortedRows } from "./crowdView.ts";
import { gainText } from "./headlineView.ts";
import { words } from "./words.ts";

const COLUMNS: readonly { readonly key: keyof typeof words.crowdTable.columns; readonly show: (row: CrowdRow) => string }[] = [
  {
    key: "together",
    show: ({ together }) => formatFraction(together),
  },
  {
    key: "alone",
    show: ({ alone }) => formatFraction(alone),
  },
  {
    key: "gain",
    show: gainText,
  },
  {
    key: "rows",
    show: ({ rows }) => (rows === null ? "–" : formatWhole(rows)),
  },
  {
    key: "tokensPerSecond",
    show: ({ tokensPerSecond: rate }) => (rate === null ? "–" : formatRate(rate)),
  },
  {
    key: "missed",
    show: ({ missed }) => String(missed),
  },
  {
    key: "lastSeenAt",
    show: ({ lastSeenAt }) => formatClock(lastSeenAt),
  },
];

type Filter = "all" | "away" | "worse";

const FILTERS: Readonly<Record<Filter, (row: CrowdRow) => boolean>> = {
  all: () => true,
  away: ({ status }) => status !== "present",
  worse: isWorseOff,
};

/** Pixels; also in pages.css. */
const ROW = 36;
const SHOWN = 14;
/** Rows drawn above and below what is in view. */
const SPARE = 4;

/** Very many clients, a row each: found, filtered and sorted; only what is in view is drawn. */
export function CrowdTable({ snapshot, onOpen }: ClientTableProps) {
  useLanguage();
  const { client: pinned } = usePlace();
  const [sort, setSort] = useState<CrowdSort>({ column: "together", isDescending: true });
  const [filter, setFilter] = useState<Filter>("all");
  const [name, setName] = useState("");
  const [top, setTop] = useState(0);
  const rows = useMemo(() => crowdRows(snapshot), [snapshot]);
  const wanted = name.trim().toLowerCase();
  const kept = useMemo(
    () =>
      sortedRows(
        rows.filter((row) => FILTERS[filter](row) && row.name.toLowerCase().includes(wanted)),
        sort,
      ),
    [rows, filter, wanted, sort],
  );
  const from = Math.max(0, Math.floor(top / ROW) - SPARE);
  const drawn = kept.slice(from, from + SHOWN + 2 * SPARE);
  const sortBy = (column: CrowdColumn) =>
    setSort({ column, isDescending: sort.column === column ? !sort.isDescending : column !== "name" });
  const head = (key: CrowdColumn, label: string) => (
    <SortHead key={key} label={label} order={sort.column === key ? sort : null} onSort={() => sortBy(key)} />
  );
  return (
    <Panel
      title={words.crowdTable.clients}
      aside={words.crowdTable.keptOf(kept.length, rows.length)}
      hint={words.crowdTable.hint}
    >
      <div className="crowdTools">
        <TextInput
          size="xs"
          aria-label={words.crowdTable.findAClient}
          placeholder={words.crowdTable.findAClient}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SegmentedControl
          size="xs"
          aria-label={words.crowdTable.whichClients}
          value={filter}
          onChange={(value) => setFilter(value === "away" || value === "worse" ? value : "all")}
          data={Object.entries(FILTERS).map(([value, keeps]) => ({
            value,
            label: `${words.crowdTable.filters[value as Filter]} ${rows.filter(keeps).length}`,
          }))}
        />
      </div>
      <Scroll label={words.crowdTable.tableOfClients} style={{ maxHeight: ROW * (SHOWN + 1) }} onDown={setTop}>
        <table className="plain crowd" aria-rowcount={kept.length + 1}>
          <thead>
            <tr>
              {head("name", words.crowdTable.client)}
              {COLUMNS.map(({ key }) => head(key, words.crowdTable.columns[key]))}
            </tr>
          </thead>
          <tbody>
            <Gap height={from * ROW} />
            {drawn.map((row, index) => (
              <tr key={row.id} aria-rowindex={from + index + 2} data-pinned={row.id === pinned || undefined}>
                <th scope="row">
                  <button
                    type="button"
                    className="asLink"
                    aria-pressed={row.id === pinned}
                    onClick={({ currentTarget }) => onOpen(row.id === pinned ? null : row.id, currentTarget)}
                  >
                    {row.id === pinned && <IconPin size={14} aria-hidden="true" />}
                    {row.name}
                  </button>{" "}
                  <span className="muted small">{row.status === "present" ? "" : words.crowdTable.states[row.status]}</span>
                </th>
                {COLUMNS.map(({ key, show }) => (
                  <td key={key} className="number">
                    {show(row)}
                  </td>
                ))}
              </tr>
            ))}
            <Gap height={Math.max(0, kept.length - from - drawn.length) * ROW} />
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}

/** Stands for rows out of view. */
function Gap({ height }: { readonly height: number }) {
  if (height === 0) return null;
  return (
    <tr>
      <td colSpan={COLUMNS.length + 1} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

interface SortHeadProps {
  readonly label: string;
  /** How it is sorted by this; null where it is not. */
  readonly order: CrowdSort | null;
  readonly onSort: () => void;
}

function SortHead({ label, order, onSort }: SortHeadProps) {
  const Icon = order === null ? IconArrowsSort : order.isDescending ? IconArrowDown : IconArrowUp;
  return (
    <th aria-sort={order === null ? "none" : order.isDescending ? "descending" : "ascending"}>
      <button type="button" className="sort" onClick={onSort}>
        {label} <Icon size={12} aria-hidden="true" />
      </button>
    </th>
  );
}
