import encodeQR from "qr";
import { useMemo } from "react";

export interface QrCodeProps {
  readonly text: string;
  /** What it is a code of. */
  readonly label: string;
}

/** Around the code, in modules: readers need as much. */
const MARGIN = 4;

/** Dark on light in both colour schemes, as readers expect it. */
export function QrCode({ text, label }: QrCodeProps) {
  const rows = useMemo(() => encodeQR(text, "raw", { ecc: "low", border: MARGIN }), [text]);
  const size = rows.length;
  const dark = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#ffffff" />
      <path d={dark} fill="#15171c" />
    </svg>
  );
}
