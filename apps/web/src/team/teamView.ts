/** A team's members as lanes: what each of them is doing. Pure. */
import type { TeamState } from "@duet/client/team/teamNode";
import { words } from "./words.ts";

export interface MemberLane {
  readonly member: string;
  readonly name: string;
  readonly rows: number;
  readonly leads: boolean;
  readonly isSelf: boolean;
  /** Share of the training that is under way, at its last averaging; null for one that is not in it. */
  readonly done: number | null;
  readonly doing: string;
}

/** In the order in which they came. */
export function memberLanes({ mates, leader, training }: TeamState, self: string): readonly MemberLane[] {
  const isUnderWay = training !== null && training.step < training.steps;
  return mates.map(({ member, name, rows }) => {
    const trains = isUnderWay && training.members.includes(member);
    return {
      ...{ member, name, rows, leads: member === leader, isSelf: member === self },
      done: trains ? training.step / training.steps : null,
      doing: trains
        ? words.teamView.step(training.step, training.steps)
        : isUnderWay
          ? words.teamView.joinsNext
          : words.teamView.waits,
    };
  });
}
