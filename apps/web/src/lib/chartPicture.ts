/** A drawing of the page as a file of its own: SVG with its colours and font written out, or PNG at twice its size. */

import { saveFile } from "./saveFile.ts";
import { words } from "./words.ts";

const FONT = "Inter, system-ui, sans-serif";
const SHARPNESS = 2;

export interface ChartPicture {
  /** What it is of, and what it says. */
  readonly title: string;
  readonly summary: string;
  readonly svg: string;
}

/** Every chart that a part of the page shows, as for paper; those of one's own tab are not among them. */
export function chartPictures(page: ParentNode): readonly ChartPicture[] {
  return [...page.querySelectorAll("figure.drawing")].flatMap((figure) => {
    const drawing = figure.querySelector("svg");
    if (!drawing || figure.closest("[data-own]")) return [];
    const title = figure.closest("section")?.querySelector("h2")?.textContent ?? "";
    return [{ title, summary: figure.getAttribute("aria-label") ?? "", svg: svgText(drawing, "light") }];
  });
}

/** A drawing without the page around it: variables become the colours that they have now, or in one colour scheme. */
function svgText(drawing: SVGSVGElement, scheme: "light" | null = null): string {
  const { width, height } = drawing.getBoundingClientRect();
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const size = { width: String(Math.round(width)), height: String(Math.round(height)) };
  const look = { xmlns: "http://www.w3.org/2000/svg", "font-family": FONT, ...size };
  for (const [name, value] of Object.entries(look)) copy.setAttribute(name, value);
  if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  copy.removeAttribute("aria-hidden");
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: "var(--surface)" }))
    ground.setAttribute(name, value);
  copy.prepend(ground);
  const colours = new Map<string, string>();
  return new XMLSerializer().serializeToString(copy).replace(/var\(--[\w-]+\)/g, (variable) => {
    const known = colours.get(variable) ?? colourOf(variable, scheme);
    colours.set(variable, known);
    return known;
  });
}

/** As the page has it; null in its own colour scheme. */
function colourOf(variable: string, scheme: "light" | null): string {
  const probe = document.createElement("span");
  if (scheme !== null) probe.style.colorScheme = scheme;
  probe.style.color = variable;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export function saveSvg(drawing: SVGSVGElement, name: string): void {
  saveFile({ fileName: `${name}.svg`, content: new TextEncoder().encode(svgText(drawing)) });
}

/** @throws {Error} where the browser cannot paint it. */
export async function savePng(drawing: SVGSVGElement, name: string): Promise<void> {
  const { width, height } = drawing.getBoundingClientRect();
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(drawing))}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * SHARPNESS);
  canvas.height = Math.round(height * SHARPNESS);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error(words.chartPicture.noPicture);
  saveFile({ fileName: `${name}.png`, content: new Uint8Array(await blob.arrayBuffer()) });
}
