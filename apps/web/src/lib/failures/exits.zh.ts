/** Why a client takes part no more although its federation goes on, in Chinese. */
import type { EXITS } from "@duet/lora-core/protocol/exits";

export const EXITED: { readonly [Exit in keyof typeof EXITS]: string } = {
  left: "你离开了这个联邦。",
  removed: "组织者移除了这个客户端",
  elsewhere: "这个客户端已在另一个标签页中打开，由它继续",
  gone: "这个客户端已不在联邦中。",
};
