import { words } from "./words.ts";

/** Where each of the tabs stands. */
const TABS = { a: 0, b: 208, c: 416 } as const;
const NAMES = ["a", "b", "c"] as const;

/** How long the lines are that stand for rows. */
const ROWS = [34, 46, 39, 32, 44, 28, 50];

/** Three tabs whose shared adapters travel to the coordinator and back as their mean, while all else stays; then they fuse. */
export function Exchange() {
  return (
    <svg className="exchange" viewBox="0 0 600 364" role="img" aria-label={words.exchange.summary}>
      <rect x="0.5" y="0.5" width="599" height="96" rx="8" className="box" />
      <text x="16" y="28" className="strong">
        {words.exchange.coordinator}
      </text>
      <path d="M169 60H341M377 60H549" className="way" />
      <text x="16" y="48">
        {words.exchange.averages}
      </text>
      <text x="16" y="65">
        {words.exchange.seesNoRow}
      </text>
      {NAMES.map((name, index) => (
        <g key={name} transform={`translate(${TABS[name]} 0)`}>
          <path d="M151 188V78" className="way" />
          <circle cx="151" cy="60" r="18" className="slot" />
          <rect x="0.5" y="188.5" width="183" height="175" rx="8" className="box" />
          <path d="M1 218H183" className="rule" />
          <text x="172" y="208" textAnchor="end" className="strong">
            {words.exchange.wards[name]}
          </text>
          {ROWS.map((width, row) => (
            <rect key={width} x="14" y={240 + 12 * row} width={width} height="4" rx="2" className="row" />
          ))}
          <text x="14" y="350">
            {words.exchange.rows}
          </text>
          <text x="128" y="350" textAnchor="middle">
            {words.exchange.adapters}
          </text>
          <circle cx="105" cy="280" r="18" fill="var(--personal)" />
          <circle cx="151" cy="280" r="18" className="slot" />
          <circle cx="151" cy="280" r="18" fill="var(--shared)" className={`travels from${index}`} />
          <path d="M128 262.400a18 18 0 0 1 0 35.200a18 18 0 0 1 0 -35.200z" fill="var(--fused)" className="fuses" />
        </g>
      ))}
      <path d="M0 142H600" className="border" />
      <text x="255" y="134" textAnchor="middle">
        {words.exchange.onlySharedCross}
      </text>
      <text x="255" y="162" textAnchor="middle">
        {words.exchange.restStays}
      </text>
    </svg>
  );
}
