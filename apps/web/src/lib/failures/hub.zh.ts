/** Why a hub takes nothing from this client, in Chinese. */
import type { HUB_SENTENCES } from "@duet/lora-core/errors/hubSentences";

export const HUB: typeof HUB_SENTENCES = {
  nobodySignedInAt: (hub) => `没能在 ${hub} 登录`,
  hubAway: (hub) => `无法访问 ${hub}，或无法理解它的回应`,
  hubSilent: (hub) => `${hub} 太久没有接收任何内容，因此已放弃；已完整到达的大文件不会再次发送`,
  unknownToken: (hub) => `${hub} 不认识这个令牌`,
  mayNotWrite: (hub) => `${hub} 不允许这个令牌在那里写入`,
  filesNotTaken: (hub, status) => `${hub} 没有接受这些文件（${status}）`,
  noWindow: () => "这个浏览器没有打开登录窗口",
  nobodySignedIn: () => "五分钟内没有人登录",
};
