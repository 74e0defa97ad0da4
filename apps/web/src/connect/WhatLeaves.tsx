import { Panel } from "../ui/Panel.tsx";

/** `personalLeaves`: the method uploads tensors of the personal adapter, as FDLoRA does where its paper is followed. */
export function WhatLeaves({ personalLeaves }: { readonly personalLeaves: boolean }) {
  return (
    <Panel title="What leaves this tab">
      <div className="leaves">
        <div>
          <strong>Is sent</strong>
          <ul>
            <li>changes of the shared adapter, once a round</li>
            {personalLeaves && (
              <li>
                your personal adapter, after learning alone (the shared one starts from it) and when it is set to what you share
              </li>
            )}
            <li>how many rows you have, your loss and accuracy</li>
            <li>your name here, and what your device computes with</li>
          </ul>
        </div>
        <div>
          <strong>Never leaves</strong>
          <ul>
            <li>your rows, tokens and prompts</li>
            <li>your file's name and its other columns</li>
            {!personalLeaves && <li>your personal adapter</li>}
          </ul>
        </div>
      </div>
    </Panel>
  );
}
