import { Panel } from "../ui/Panel.tsx";

export interface WhatLeavesProps {
  /** The method's clients learn something of their own. */
  readonly hasPersonal: boolean;
  /** It is uploaded, or set to what is uploaded, as FDLoRA does where its paper is followed. */
  readonly personalLeaves: boolean;
}

/** What a participant agrees to, before joining. */
export function WhatLeaves({ hasPersonal, personalLeaves }: WhatLeavesProps) {
  return (
    <Panel title="What leaves this tab">
      <div className="leaves">
        <div>
          <strong>Is sent</strong>
          <ul>
            <li>changes of the shared adapter, once a round</li>
            {personalLeaves && <li>your personal adapter: this method sends it, or sets it to what you share</li>}
            <li>how many rows you have, your loss and accuracy</li>
            <li>your name here, and what your device computes with</li>
          </ul>
        </div>
        <div>
          <strong>Never leaves</strong>
          <ul>
            <li>your rows, tokens and prompts</li>
            <li>your file's name and its other columns</li>
            {hasPersonal && !personalLeaves && <li>your personal adapter</li>}
          </ul>
        </div>
      </div>
    </Panel>
  );
}
