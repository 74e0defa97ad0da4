/** Prints a page that is not the open one: on paper, or as PDF where the browser's dialog is asked for that. */
export function printPage(html: string): void {
  const frame = document.createElement("iframe");
  frame.className = "visuallyHidden";
  frame.ariaHidden = "true";
  frame.srcdoc = html;
  frame.addEventListener("load", () => {
    const page = frame.contentWindow;
    page?.addEventListener("afterprint", () => frame.remove());
    page?.print();
  });
  document.body.append(frame);
}
