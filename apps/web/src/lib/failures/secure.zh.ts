/** What is refused in a secure sum, in Chinese. */
import type { SECURE_SENTENCES, SumList, SumPart } from "@duet/lora-core/errors/secureSentences";

const PARTS: Readonly<Record<SumPart, string>> = { keys: "交换密钥", phase: "一个阶段", agreeing: "商定" };
const LISTS: Readonly<Record<SumList, string>> = { keys: "密钥列表", clients: "客户端名单", survivors: "留存者名单" };

export const SECURE: typeof SECURE_SENTENCES = {
  strangerInSum: (client) => `这里没有人认识客户端 ${client}`,
  keysNotSigned: (client) => `${client} 这次的密钥没有它的签名`,
  keyRepeated: (client, owner) => `${client} 的密钥已属于 ${owner}`,
  sumTooLarge: (clients, most) => `${clients} 个客户端超出了只容 ${most} 个的总和，可能溢出`,
  tooFewLeft: (part, have, needed) => `在${PARTS[part]}之后只剩 ${have} 个客户端，需要 ${needed} 个`,
  notInPhaseBefore: (client) => `${client} 不在前一阶段中`,
  notInPhase: (client) => `${client} 不在这一阶段中`,
  survivorsNotSigned: (client) => `${client} 没有签署这份留存者名单`,
  notAmongSurvivors: (client) => `${client} 不在留存者之中`,
  sharesAltered: (from) => `来自 ${from} 的份额不是它为这次求和发送的`,
  sharesNotCommitted: (from) => `${from} 发送的份额与它承诺的不同`,
  sharesToOthers: (client) => `${client} 把份额发给了不是它邻居的客户端`,
  sharesOfOthers: () => "收到的份额不是来自这个客户端的邻居",
  shareNotGiven: (holder) => `${holder} 发送的份额与给它的不同`,
  bothSecrets: (holder, of) => `${holder} 发送了 ${of} 两个秘密的份额`,
  sharesNotAsked: (holder) => `${holder} 发送的份额不是向它索取的那些`,
  weakKey: (client) => `${client} 的密钥不能产生秘密`,
  notItsTurn: (step) => `还没有轮到“${step}”`,
  stepNotItsTurn: () => "协调器要求的步骤还没有轮到",
  twoMessages: (client) => `${client} 在一个阶段中发送了两条不同的消息`,
  secondList: (list) => `协调器在一次求和中第二次发送了${LISTS[list]}`,
  inSumAlready: (round) => `这个客户端的更新已在第 ${round} 轮的一个总和中`,
  attemptOver: (attempt, round) => `第 ${round} 轮的第 ${attempt} 次求和已经做过，或已结束`,
  leftOutOfKeys: () => "协调器没有把这个客户端列入密钥列表",
  ownKeysAltered: () => "协调器改动了这个客户端自己的密钥",
  goesOnWithout: () => "协调器在没有这个客户端的情况下继续",
  sumMessageUnread: (cause) => `安全求和的一条消息无法读取：${cause}`,
};
