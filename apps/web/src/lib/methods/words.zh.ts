import type { en } from "./words.en.ts";

export const zh: typeof en = {
  names: {
    ditto: "Ditto",
    fdlora: "FDLoRA",
    fedalt: "FedALT",
    fedamp: "FedAMP",
    fedavg: "FedAvg",
    "fedavg-finish": "FedAvg + 收尾",
    feddpa: "FedDPA",
    "fedex-lora": "FedEx-LoRA",
    fedkd: "FedKD",
    fedopt: "FedAvgM 和 FedAdam",
    fedprox: "FedProx",
    fedrep: "FedRep",
    fedrod: "FedRoD",
    "fedsa-lora": "FedSA-LoRA",
    "ffa-lora": "FFA-LoRA",
    flexlora: "FlexLoRA",
    flora: "FLoRA",
    local: "仅本地",
    rolora: "RoLoRA",
    scaffold: "SCAFFOLD",
  },
  evidence: {
    alike: () =>
      "客户端彼此这样相似时，FedAvg 加个人收尾并共享类别向量有益：在 Banking77 上比各自单独学习高 0.043 ± 0.018，在 CLINC150 上高 0.038 ± 0.016，在 Symptom2Disease 上高 0.026 ± 0.014（十二个种子，均与偶然可区分）。FDLoRA 分别高 0.029 ± 0.022、0.031 ± 0.011 和 0.021 ± 0.017：它的搜索占用了收尾用来训练的步数和数据行。见 docs/experiments.md 的表 fair-banking77、fair-clinc150 和 fair-medical。",
    fewLabels: (labels) =>
      `这些表有 77、150 和 24 个类别；只有 ${labels} 个类别且彼此这样相似的客户端，还没有用足够多的种子测过。`,
    unlike: () =>
      "客户端彼此差异这样大时，各自单独学习最好，没有任何联邦被证明优于它：在 Routing 上（共享类别向量）FedAvg 低 0.164 ± 0.076，FDLoRA 低 0.098 ± 0.034，均与偶然可区分；在医学摘要上 FedAvg 低 0.203 ± 0.045，也与偶然可区分。加个人收尾时损失最小：类别向量留在各客户端时在 Routing 上为 -0.029 ± 0.033，类别向量共享时在医学摘要上为 +0.011 ± 0.014，均与单独学习不可区分。见 docs/experiments.md 的表 fair-routing 和 fair-abstracts。",
    between: () => "这些客户端介于 docs/experiments.md 各表之间：相似的，共享有益；差异大的，共享无益。因此不作建议。",
    tooFew: () => "每个类别的数据行太少，无法判断客户端的差异：每个客户端每个类别至少要有一行。因此不作建议。",
    texts: () =>
      "客户端的差异由类别得出，而这里的答案是文本；docs/experiments.md 中没有用足够多种子在文本上比较方法的表。因此不作建议。",
  },
  presets: {
    standard: "标准",
    private: "不发送个人适配器",
    halves: "各取一半",
    "sends-personal": "发送个人适配器",
    paper: "论文设置",
    momentum: "动量",
    adam: "Adam",
    gentle: "较缓",
    brief: "简短搜索",
    "full-weight": "满权重",
    together: "同批训练",
  },
};
