import { EXPORTS } from "../lib/failures/exports.zh.ts";
import type { en } from "./words.en.tsx";

export const zh: typeof en = {
  unfit: EXPORTS,
  adapterPicker: {
    startWithoutIt: "不使用适配器",
    adapterFiles: "适配器文件",
    drop: "把适配器拖到这里",
    files: "一个 .zip，或 adapter_config.json 和 adapter_model.safetensors",
    chooseFiles: "选择文件",
    chooseAnother: "请选择其他适配器，或不使用适配器继续。",
  },
  adaptersPanel: {
    yourAdapters: "你的适配器",
    hint: "每个都是带 README 的 .zip。它们在本标签页中写成，导出时不发送任何内容。",
    afterAllRounds: "全部轮次之后",
    laterReason: "最后一轮之后，找到权重时才有。",
    export: "导出",
    exportNamed: (label) => `导出${label}适配器`,
    usedFirst: "此处优先使用",
  },
  continueFromAdapter: {
    continueFrom: (span) => <>从已有适配器继续{span}</>,
    optional: "可选",
    explanation: (rank, alpha) =>
      `你的个人适配器将以它为起点。它必须具有秩 ${rank}、alpha ${alpha} 和联邦的目标模块；来自同一基座模型上先前联邦的适配器最合适。`,
    fits: (rank, alpha) => `秩 ${rank}，alpha ${alpha}；你的个人适配器以它为起点。`,
  },
  exportState: {
    written: "已写入",
  },
  formatChoice: {
    format: "格式",
    notForThis: (refusal) => `不适用于这个联邦。${refusal}。`,
  },
  recognisedRows: {
    it: "其中",
    yourRowsIn: (what) => `你的数据行在${what}：`,
    inAdapter: (adapter) => `${adapter}中`,
  },
  recognitionPanel: {
    howRecognisableYourRowsAre: "你的数据行的可识别程度",
    hint: "把你的训练数据行与测试数据行相比：看你最后发送的更新对两者的把握程度各增加多少，以及每个适配器对它们有多大把握。在本标签页中测量，每类最多 200 个数据行；不发送任何内容。",
    howOften: "给定一个参与过训练的数据行和一个没有参与的，多大比例能选对。",
    recognisableRows: "可识别的数据行",
    in: (what) => `${what}：`,
    measuredIn: (what) => `正在测量：${what}`,
    names: {
      sent: "你最后发送的更新",
      alone: "单独学习的适配器",
      personal: "个人适配器",
      shared: "共享适配器",
      fused: "融合适配器",
    },
  },
  sharedAdaptersPanel: {
    sharedAdapters: "共享适配器",
    hint: "各客户端共同学到的内容，由协调器在每轮之后保存，导出为带 README 的 .zip。",
    after: "轮次",
    export: "导出",
    exportThis: "导出该轮的共享适配器",
  },
  pushToHub: {
    showIt: "显示输入的内容",
    title: "发布到 hub",
    leaves:
      "适配器会以上方选择的格式离开本标签页，连同 README 一起发送到 hub：能读取该仓库的人都能得到它。你的数据行不会随之发送。",
    adapter: "适配器",
    repository: "仓库",
    token: "访问令牌",
    tokenKept: "需要写入权限。它只发送给 hub，不会保存；适配器上传后即清空。",
    private: "若此时新建仓库，则设为私有",
    push: "发布",
    cancel: "取消",
    pushed: "已发布到：",
    signIn: "登录 hub",
    signedIn: "已登录 hub",
    close: "可以关闭此窗口。",
  },
  formats: {
    peft: { label: "PEFT 适配器", loads: "只含适配器，供 PEFT 库和 Duet 使用。" },
    merged: {
      label: "合并后的 safetensors",
      loads: "基座模型与适配器合成一个模型，数值类型与基座模型相同，供 transformers 使用。",
    },
    "merged-f32": {
      label: "合并后的 safetensors，32 位",
      loads: "基座模型与适配器合成一个模型，不做舍入，供 transformers 使用。",
    },
    "gguf-lora": { label: "GGUF LoRA", loads: "只含适配器，供 llama.cpp 与基座模型的 GGUF 文件一起使用。" },
    "gguf-f16": { label: "合并后的 GGUF，F16", loads: "基座模型与适配器合成一个 16 位文件，供 llama.cpp 使用。" },
    "gguf-q8_0": { label: "合并后的 GGUF，Q8_0", loads: "基座模型与适配器合成一个 8 位文件，大小减半，供 llama.cpp 使用。" },
    "sentence-transformers": { label: "sentence-transformers", loads: "合并后的编码器及其类别，为该库格式的文件夹。" },
    onnx: { label: "ONNX", loads: "合并后的编码器，供 transformers.js 在浏览器或 Node 中使用。" },
  },
  recognitionView: {
    percent: (percent) => `${percent}%`,
    tooFew: "数据行太少，无法判断",
    verdicts: { well: "很容易识别", somewhat: "有一定可识别性", hardly: "几乎无法识别", open: "数据行太少，无法判断" },
    ofAdapters: {
      well: "持有这个适配器和你的某个数据行的人，大多能判断它是否参与过训练。只应交给有权知道你数据中有谁的人；减少步数、增加数据行或启用 epsilon 可以降低这一点。",
      somewhat:
        "它会透露哪些数据行参与过训练的线索。如果“某人在你的数据中”本身就是秘密，请只交给有权知道的人，或启用 epsilon 训练。",
      hardly: "仅凭损失，它几乎无法透露哪些数据行参与过训练。别人花更多功夫可以知道得稍多一些。",
      open: "这个数值可能是偶然，也可能不是。测试数据行更多时会更可靠；在此之前，请视为可识别。",
    },
    ofSent: {
      well: "单独读到这份更新并持有你某个数据行的人，大多能判断它是否参与过训练。下次减少每轮步数、增加数据行、使用安全求和或启用 epsilon 可以降低这一点。",
      somewhat:
        "单独读到这份更新的人，能得到哪些数据行参与过训练的线索。如果“某人在你的数据中”本身就是秘密，下次请使用安全求和并启用 epsilon。",
      hardly: "仅凭损失，这份更新几乎无法透露哪些数据行参与过训练。别人花更多功夫可以知道得稍多一些。",
      open: "这个数值可能是偶然，也可能不是。测试数据行更多时会更可靠；在此之前，请视为你的数据行可以从中识别。",
    },
    compared: (train, test, fewest) =>
      `比较了 ${train} 个训练数据行和 ${test} 个测试数据行；每类至少需要 ${fewest} 个。数据行越少越容易被记住：不要把这当作好迹象。`,
    figure: (auc, low, high) => `有 ${auc} 的情况能选对（95%：${low} 至 ${high}；随机猜测：50%）。`,
    inSum: "没有人单独得到过这份更新：协调器看到的只是它与其他更新之和，透露的信息更少，除非总和中其他所有客户端串通。",
    byItself: "协调器单独得到过这份更新，以及此前的每一份。",
    beingMeasured: (share) => `正在测量（${share}）`,
    inAMoment: "马上测量",
    notMeasured: "未测量；请视为可识别",
    measuredLater: "联邦结束后测量；在此之前请视为可识别",
    notMeasuredHere: "未测量，因为本标签页不再参与或已重新打开；请视为可识别",
  },
};
