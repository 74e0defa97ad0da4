import { Link } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { words } from "../front/words.ts";

export function NotFoundPage() {
  return (
    <Shell title={words.notFoundPage.title} narrow>
      <h1>{words.notFoundPage.heading}</h1>
      <p>{words.notFoundPage.back(<Link to="/">{words.notFoundPage.frontPage}</Link>)}</p>
    </Shell>
  );
}
