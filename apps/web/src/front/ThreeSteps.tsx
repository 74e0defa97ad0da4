import { Term } from "../ui/Term.tsx";
import { words } from "./words.ts";

/** What happens, in the order in which it does. */
export function ThreeSteps() {
  return (
    <ol className="steps">
      <li className="personal">
        <h2 className="withDot">{words.threeSteps.learnAlone}</h2>
        <p>{words.threeSteps.learnAloneText(<Term term="personal adapter" />)}</p>
      </li>
      <li className="shared">
        <h2 className="withDot">{words.threeSteps.learnTogether}</h2>
        <p>{words.threeSteps.learnTogetherText(<Term term="shared adapter" />, <Term term="coordinator" />)}</p>
      </li>
      <li className="fused">
        <h2 className="withDot">{words.threeSteps.fuse}</h2>
        <p>{words.threeSteps.fuseText(<Term term="fused adapter" />)}</p>
      </li>
    </ol>
  );
}
