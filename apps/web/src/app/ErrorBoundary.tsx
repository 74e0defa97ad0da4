import { Component, type ReactNode } from "react";
import { basePath } from "../lib/baseUrl.ts";
import { words } from "./words.ts";

interface Shown {
  /** What the page failed with; null while it is well. */
  readonly message: string | null;
}

/** In place of a page that failed while it was drawn: what happened, a reload, the way back. It needs nothing of what it stands in for. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, Shown> {
  override state: Shown = { message: null };

  static getDerivedStateFromError(error: unknown): Shown {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  readonly #again = () => this.setState({ message: null });

  /** Who goes back leaves the page that failed. */
  override componentDidMount(): void {
    window.addEventListener("popstate", this.#again);
  }

  override componentWillUnmount(): void {
    window.removeEventListener("popstate", this.#again);
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <div className="page narrow">
        <main>
          <h1>{words.errorBoundary.heading}</h1>
          <p>{words.errorBoundary.next}</p>
          <p>
            <button type="button" onClick={() => location.reload()}>
              {words.errorBoundary.reload}
            </button>{" "}
            {/* By the browser itself: the page's own way there may be what is broken. */}
            <a href={`${basePath()}/`}>{words.errorBoundary.frontPage}</a>
          </p>
          <p className="muted small" lang="en">
            {message}
          </p>
        </main>
      </div>
    );
  }
}
