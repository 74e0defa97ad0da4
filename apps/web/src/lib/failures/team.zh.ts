/** What a member of a team does not accept from another, in Chinese. */
import type { TEAM_SENTENCES } from "@duet/lora-core/errors/teamSentences";

export const TEAM: typeof TEAM_SENTENCES = {
  teamFormUnknown: () => "团队的一条消息格式在这里不认识",
  teamUnread: () => "团队的一条消息无法读取",
  teamFrameShort: () => "团队的一帧太短",
  teamFrameOutOfOrder: () => "团队的一帧被遗漏，或重复到达",
  teamFrameAgain: () => "团队的一帧重复到达",
  teamMessageLong: () => "团队的一条消息太长",
  otherTeamKey: () => "这个团队房间中有人使用另一把密钥",
};
