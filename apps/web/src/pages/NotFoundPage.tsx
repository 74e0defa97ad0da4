import { Link } from "react-router";
import { Shell } from "../app/Shell.tsx";

export function NotFoundPage() {
  return (
    <Shell title="No such page" narrow>
      <h1>There is no such page</h1>
      <p>
        Check the link, or go back to the <Link to="/">front page</Link>.
      </p>
    </Shell>
  );
}
