import type { en } from "./words.en.tsx";

export const zh: typeof en = {
  budgetPanel: {
    privacyOfClients: "客户端的隐私",
    clientsHint:
      "epsilon 表示这个联邦的所有共享适配器合起来最多能透露任何一个客户端的多少信息。噪声按全部轮次设定，使最后一轮正好达到上限。",
    anyClientLabel: "任何一个客户端已用的 epsilon",
    anyClient: "任何一个客户端",
    middle: (median, most, spent) => `中位数 ${median}，最多 ${most}${spent === 0 ? "" : `；${spent} 个客户端不再训练`}。`,
    privacyBudget: "隐私预算",
    budgetHint:
      "epsilon 表示在该设备的所有联邦中，用客户端数据行进行的全部训练最多能透露任何一个数据行的多少信息。预算用完的客户端不再训练，但继续参与。",
    epsilonSpentByClient: "各客户端已用的 epsilon",
    note: (term) => <>各客户端的数据行已用的 {term("epsilon")}。启用差分隐私后，没有人发送损失、准确率或融合权重。</>,
    spent: "，已用完：不再训练",
  },
  secureSumPanel: {
    compare: (clients) =>
      `请通过电话互相朗读这六个词：如果所有人读到的都相同，说明各标签页看到的是同样的 ${clients} 个客户端。请数一数：没有人认识的客户端可能是伪造的。有人加入时，这些词会改变。`,
    secureSum: "安全求和",
    hint: "每份更新都带着掩码离开标签页，所有掩码在总和中相互抵消。协调器得到总和，得不到任何单独的更新。",
    wordsToCome: "协调器只得到所有更新之和。两个客户端加入后，这里会出现六个供核对的词。",
    wordsOfThisFederation: "这个联邦的核对词",
  },
  statisticsPanel: {
    whatRowsAreLike: "数据的概况",
    hint: "第一轮之前对所有客户端训练数据行的一次安全求和：谁也看不到单个客户端的数字。",
    rowsByLabel: "所有客户端各类别的训练行数",
    unlikeness: (value) => `客户端类别的差异：${value}，从 0（处处比例相同）到 1（没有类别同属两个客户端）。`,
    likeness: { alike: "它们彼此相似。", between: "它们有些差异。", unlike: "它们差异很大。" },
    asProposed: "这个联邦已采用建议的设置。",
    createAgain: "用这些设置重新创建",
    createAgainNote: "这会是一个新的联邦，链接也是新的：需要重新邀请各客户端，当前的联邦保持不变。",
  },
  statisticsView: {
    whole: (rows, clients, mean) => `${clients} 个客户端共 ${rows} 行，平均每个 ${mean} 行`,
    others: (labels) => `另外 ${labels} 个`,
    lengths: (half, most) => `按基座模型的读法，一半的数据行不超过 ${half} 个词元，九成不超过 ${most} 个。`,
    someLonger: (half, top) => `按基座模型的读法，一半的数据行不超过 ${half} 个词元，超过一成的多于 ${top} 个。`,
    halfLonger: (top) => `按基座模型的读法，超过一半的数据行多于 ${top} 个词元。`,
    endedBefore: "在客户端对数据的概况求和之前，联邦就结束了。",
    underWay: (step) => `客户端正在对数据的概况求和：${step}。`,
    toCome: "第一轮之前，客户端会对数据的概况求和，结果将显示在这里。",
    neverMade: "没有得到总和：可以应答的客户端太少。不会再次询问。",
    ownRows: (own, rest) => `你有 ${own} 个训练数据行，其余合计 ${rest} 行。`,
  },
  budgetView: {
    afterARound: "一轮之后显示",
    spentOf: (value, value2) => `${value} / ${value2}`,
    range: (low, high) => `${low} 至 ${high}`,
    rowNoise: (clip, noise, delta) =>
      `每一步中，单个数据行的梯度裁剪到范数 ${clip}，总和加入标准差为其 ${noise} 倍的噪声；delta 为 ${delta}。`,
    clientNoise: (clip, noise, delta) =>
      `客户端的更新目前裁剪到范数 ${clip}，总和加入标准差为其 ${noise} 倍的噪声；delta 为 ${delta}。`,
  },
  secureSumView: {
    steps: { keys: "交换密钥", shares: "分发密钥份额", input: "发送带掩码的更新", agree: "确认总和", unmask: "去除掩码" },
    noSum: (round) => `${round}没有得到总和：共享适配器保持不变。`,
    step: (step, steps, what) => `第 ${step} 步，共 ${steps} 步：${what}`,
    answered: (step, answered, asked) => `${step}，${asked} 个中已有 ${answered} 个应答`,
  },
};
