import { Term } from "../ui/Term.tsx";
import { words } from "./words.ts";

/** What happens, in the order in which it does. */
export function ThreeSteps() {
  return (
    <ol className="steps">
      <li className="shared">
        <h2 className="withDot">{words.threeSteps.learnTogether}</h2>
        <p>{words.threeSteps.learnTogetherText(<Term term="shared adapter" />, <Term term="coordinator" />)}</p>
      </li>
      <li className="personal">
        <h2 className="withDot">{words.threeSteps.makeItYours}</h2>
        <p>{words.threeSteps.makeItYoursText(<Term term="personal adapter" />)}</p>
      </li>
      <li className="fused">
        <h2 className="withDot">{words.threeSteps.choose}</h2>
        <p>{words.threeSteps.chooseText(<Term term="fused adapter" />)}</p>
      </li>
    </ol>
  );
}
