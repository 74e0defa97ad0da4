import { ADAPTERS, type PerAdapter } from "../lib/adapters.ts";
import { formatFraction } from "../lib/format.ts";
import { BarsPicture } from "./BarsPicture.tsx";
import { ChartFigure } from "./ChartFigure.tsx";
import { Fill } from "./Fill.tsx";

/** One bar per adapter, from 0 to 1. */
export function AdapterBars({ values, label }: { readonly values: PerAdapter; readonly label: string }) {
  const bars = ADAPTERS.map(({ key, label: name, color }) => ({
    ...{ name, color },
    ...{ share: values[key] ?? 0, text: formatFraction(values[key]) },
  }));
  return (
    <ChartFigure name={label} summary={label} picture={() => <BarsPicture title={label} bars={bars} />}>
      <div className="bars">
        {ADAPTERS.map(({ key, label: name, color, hint }) => (
          <Bar key={key} name={name} hint={hint} color={color} value={values[key]} />
        ))}
      </div>
    </ChartFigure>
  );
}

interface BarProps {
  readonly name: string;
  readonly hint: string;
  readonly color: string;
  readonly value: number | null;
}

function Bar({ name, hint, color, value }: BarProps) {
  return (
    <>
      <span title={hint}>{name}</span>
      <div className="track" aria-hidden="true">
        <Fill share={value ?? 0} color={color} />
      </div>
      <span>{formatFraction(value)}</span>
    </>
  );
}
