import { Term } from "../ui/Term.tsx";

/** What happens, in the order in which it does. */
export function ThreeSteps() {
  return (
    <ol className="steps">
      <li className="personal">
        <h2 className="withDot">Learn alone</h2>
        <p>
          Your tab trains a <Term term="personal adapter" /> on your rows. By default it never leaves.
        </p>
      </li>
      <li className="shared">
        <h2 className="withDot">Learn together</h2>
        <p>
          Each round, a <Term term="shared adapter" /> goes to the <Term term="coordinator" />, which averages all of them and
          sends one back.
        </p>
      </li>
      <li className="fused">
        <h2 className="withDot">Fuse</h2>
        <p>
          Your tab mixes both into a <Term term="fused adapter" />, weighed on a few of your own rows, and says which one serves
          you best.
        </p>
      </li>
    </ol>
  );
}
