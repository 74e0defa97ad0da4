/** Why choices of a federation do not go together, in Chinese. */

import type { CHOICE_SENTENCES } from "@duet/lora-core/federation/choiceSentences";
import type { Unfit } from "@duet/lora-core/protocol/refusalSentences";

export const CHOICES: typeof CHOICE_SENTENCES = {
  boundsInSum: () => "安全求和会隐藏每份更新，因此谁也无法限制它们：请不要选择针对不良更新的保护，或让更新原样发送。",
  fewInSum: (needed) => `安全求和至少需要 ${needed} 个客户端：只有两个时，任何一方都能从总和得知另一方的更新。`,
  drawsTooMany: (clients, maxClients) =>
    `每轮不能从至多 ${maxClients} 个客户端中抽取 ${clients} 个：请抽取更少，或让更多客户端加入。`,
  allInSum: () => "在安全求和中，每个客户端都在掩码下发送全部数值：请发送全部数值，或让更新原样发送。",
  valuesReplace: (method) =>
    `${method} 发送的适配器数值会取代之前的数值，因此不能留到以后的轮次：请发送全部数值，或选择其他方法。`,
  noiseWithoutSum: () => "客户端级隐私靠安全求和中的噪声实现：请使用安全求和，或不启用它。",
  noiseDrowns: (method) =>
    `${method} 发送的不只是客户端的改动，要隐藏它们的噪声会将其淹没：请选择其他方法，或不启用客户端级隐私。`,
  largeDelta: (delta, maxClients) => `delta 为 ${delta}，大于客户端数 ${maxClients} 的倒数：它保护不了任何人。`,
  noNoiseForRounds: (rounds, epsilon) =>
    `任何噪声都无法让 ${rounds} 轮保持在 epsilon ${epsilon} 之内：请减少轮次，或增大 epsilon。`,
  countsLabels: (method) => `${method} 会统计客户端数据行的类别，差分隐私的噪声不覆盖它：请选择其他方法，或不使用 epsilon 训练。`,
  bothOnOneSample: (method) =>
    `${method} 的这种设置用客户端数据行的同一个样本训练两个适配器，而差分隐私的噪声只按一个计算：请选择先后训练两者的预设，或不使用 epsilon 训练。`,
  prototypesNeedLabels: () => "类别原型只用于在比较文本的基座上的分类任务：请不要使用。",
  otherLabels: (labels, width, wantedLabels, wantedWidth) =>
    `类别原型有 ${labels} 个，宽度为 ${width}；任务和基座需要 ${wantedLabels} 个，宽度为 ${wantedWidth}。`,
  labelsUnderNoise: () => "类别原型从客户端数据行的总和开始，差分隐私的噪声不覆盖它：请不要使用，或不使用 epsilon 训练。",
  labelsBeside: (method) => `${method} 每次发送不止一个适配器，而类别原型不在其中：请选择其他方法。`,
  statisticsInSum: () => "数据的概况只以安全求和的方式告知，这样谁也看不到单个客户端的概况：请使用安全求和，或不询问。",
  statisticsUnderNoise: () => "各类别的行数不加噪声地统计，epsilon 不覆盖它：请不要询问数据的概况，或不使用 epsilon 训练。",
  aloneUnderNoise: () => "单独学习的结果不加噪声地测量，epsilon 不覆盖它：请不要与单独学习比较，或不使用 epsilon 训练。",
  aloneAnyway: (method) => `使用 ${method} 时客户端本来就各自单独学习：没有什么可与单独学习比较。`,
  nothingShared: (method) => `${method} 什么都不共享，因此没有人等待较慢的客户端：请让大家做同样多的工作。`,
  workBeside: (method) => `${method} 发送的不只是客户端的改动，步数较少时无法补足：请让大家做同样多的工作，或选择其他方法。`,
  workInPasses: () => "较慢的客户端少做多少是按步数计算的：请用步数而不是遍数给出每轮的工作量。",
  nothingLate: (method) => `${method} 什么都不共享，因此没有迟到的应答：请不要接受迟到的应答。`,
  lateInSum: () => "安全求和完成后就结束了，迟到者在下一次求和中没有密钥：请不要接受迟到的应答，或让更新原样发送。",
  lateValues: (method) =>
    `${method} 发送的不只是客户端的改动，一轮之前的内容会把较旧的适配器放回来：请不要接受迟到的应答，或选择其他方法。`,
  lateHalves: (method) =>
    `${method} 每轮发送适配器的不同部分，因此迟到的应答属于下一轮不改动的部分：请不要接受迟到的应答，或选择其他方法。`,
  lateCountsOnce: () =>
    "中位数、截尾均值和 multi-Krum 对每个客户端的更新只计一次，迟到的应答会与其他应答同样计数：请不要接受迟到的应答，或选择其他保护方式。",
  lateProducts: () => "用 SVD 时每轮都产生新的因子，迟到的应答不属于它们：请不要接受迟到的应答，或用零补足较小的秩。",
  noRankShared: (method) => `${method} 什么都不共享，因此没有需要合并的秩：请让大家使用相同的秩。`,
  ranksBeside: (method) =>
    `${method} 发送的不只是客户端对共享适配器的改动，而秩不同的客户端这部分并不一致：请让大家使用相同的秩，或选择其他方法。`,
  ranksByProducts: (method) => `${method} 对乘积求平均：请用 SVD 合并不同的秩，或选择其他方法。`,
  halvesOfRanks: (method) => `${method} 每次只发送适配器的一半，没有人知道其乘积：请用零补足较小的秩，或选择其他方法。`,
  factorsKept: (method) => `${method} 在轮次之间保留因子，而 SVD 每次都产生新的因子：请用零补足较小的秩，或选择其他方法。`,
  robustProducts: () => "使用 SVD 时对因子的乘积求平均，任何稳健均值都不能代替它：请只限制离群值，或用零补足较小的秩。",
  workOnProducts: () =>
    "使用 SVD 时平均的是适配器本身而不是改动，步数较少时无法补足：请让大家做同样多的工作，或用零补足较小的秩。",
  ranksInSum: () => "在安全求和中没有人能看到单个适配器：请用零补足较小的秩，或让更新原样发送。",
  rankBrought: () => "带来的适配器只有一个秩，其中没有哪一部分是最好的：请让大家使用相同的秩，或不从它开始。",
};

/** Why a method cannot write texts, have a robust mean, or be summed securely, by its id. */
export const METHODS: Readonly<Record<Unfit, Readonly<Record<string, string>>>> = {
  task: { fedrod: "FedRoD 会平衡各个类别，因此需要有类别的任务。" },
  robust: {
    fedalt: "FedALT 给每个客户端的是其他客户端的平均值，稳健平均无法代替；它只限制异常值。",
    fedamp: "FedAMP 为每个客户端做不同的混合，稳健平均无法代替；它只限制异常值。",
    "fedex-lora": "FedEx-LoRA 会补回求平均时丢失的部分，因此需要每一个适配器，而不是稳健平均；它只限制异常值。",
    flexlora: "FlexLoRA 对因子的乘积求平均，因子的稳健平均无法代替；它只限制异常值。",
    flora: "FLoRA 把各客户端的适配器叠在一起，稳健平均无法代替；它只限制异常值。",
    scaffold: "SCAFFOLD 为每个客户端保留一个控制变量，稳健平均无法代替；它只限制异常值。",
  },
  sum: {
    fedalt: "FedALT 给每个客户端的是其他客户端的平均值，安全求和得不出它；请选择其他方法，或让更新原样发送。",
    fedamp: "FedAMP 要比较各客户端的适配器，而安全求和会隐藏它们；请选择其他方法，或让更新原样发送。",
    "fedex-lora": "FedEx-LoRA 会补回求平均时丢失的部分，为此需要每一个适配器；请选择其他方法，或让更新原样发送。",
    flexlora: "FlexLoRA 对因子的乘积求平均，为此需要每一个适配器；请选择其他方法，或让更新原样发送。",
    flora: "FLoRA 把各客户端的适配器叠在一起，而安全求和会隐藏它们；请选择其他方法，或让更新原样发送。",
  },
};
