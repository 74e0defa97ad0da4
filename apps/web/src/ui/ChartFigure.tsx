import { type ReactNode, useRef, useState } from "react";
import { flushSync } from "react-dom";
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
  /** The drawing that is saved, where the page shows something else than one: it is drawn when it is asked for. */
  readonly picture?: () => ReactNode;
  /** One drawing, or what says the same. */
  readonly children: ReactNode;
}

/** A drawing with what it says, the figures behind it, and the drawing as a file. */
export function ChartFigure({ name, summary, table, picture, children }: ChartFigureProps) {
  const drawn = useRef<HTMLDivElement>(null);
  const [saving, save] = useTask();
  const [isDrawn, setDrawn] = useState(false);
  const asFile = (kind: "SVG" | "PNG", write: (drawing: SVGSVGElement, name: string) => void | Promise<void>) => (
    <button
      type="button"
      className="asLink"
      aria-label={words.chartFigure.saveAs(kind, name)}
      onClick={() => {
        flushSync(() => setDrawn(true));
        save(async () => {
          const drawing = drawn.current?.querySelector("svg");
          try {
            if (drawing) await write(drawing, slug(name));
          } finally {
            setDrawn(false);
          }
        });
      }}
    >
      {kind}
    </button>
  );
  return (
    <figure className={picture ? "figure" : "figure drawing"} aria-label={summary}>
      {picture ? (
        <>
          {children}
          {isDrawn && (
            <div ref={drawn} className="visuallyHidden" aria-hidden="true">
              {picture()}
            </div>
          )}
        </>
      ) : (
        <div ref={drawn}>{children}</div>
      )}
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
