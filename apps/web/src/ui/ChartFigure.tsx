import { type ReactNode, useRef } from "react";
import { useTask } from "../hooks/useTask.ts";
import { savePng, saveSvg } from "../lib/chartPicture.ts";
import { slug } from "../lib/slug.ts";
import { FailureAlert } from "./FailureAlert.tsx";
import { words } from "./words.ts";

export interface ChartFigureProps {
  /** Names the files. */
  readonly name: string;
  /** What the chart says, in one sentence. */
  readonly summary: string;
  /** The same as figures; left out where a table on the page has them. */
  readonly table?: ReactNode;
  /** One drawing. */
  readonly children: ReactNode;
}

/** A drawing with what it says, the figures behind it, and the drawing as a file. */
export function ChartFigure({ name, summary, table, children }: ChartFigureProps) {
  const figure = useRef<HTMLElement>(null);
  const [saving, save] = useTask();
  const asFile = (kind: "SVG" | "PNG", write: (drawing: SVGSVGElement, name: string) => void | Promise<void>) => (
    <button
      type="button"
      className="asLink"
      aria-label={words.chartFigure.saveAs(kind, name)}
      onClick={() =>
        save(async () => {
          const drawing = figure.current?.querySelector("svg");
          if (drawing) await write(drawing, slug(name));
        })
      }
    >
      {kind}
    </button>
  );
  return (
    <figure className="figure" aria-label={summary} ref={figure}>
      {children}
      <div className="tools">
        {table}
        <span>
          {asFile("SVG", saveSvg)} {asFile("PNG", savePng)}
        </span>
      </div>
      {saving.kind === "failed" && <FailureAlert failure={saving.failure} />}
    </figure>
  );
}
