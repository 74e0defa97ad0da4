import { NEXT_STEPS } from "@duet/lora-core/errors/errorTable";
import { sayTold } from "@duet/lora-core/sayings/saying";
import { failureTables } from "./failures/tables.ts";
import { formatWhole } from "./numbers.ts";
import type { en } from "./words.en.ts";

export const zh: typeof en = {
  failureLine: (happened, nextStep) => `${happened}。${nextStep}`,
  fetchFailures: async () => {
    const { FAILURES, SAID } = await import("./failures/codes.zh.ts");
    failureTables.set({ of: FAILURES, said: SAID });
  },
  failure: ({ code, sentence, told, nextStep }) => {
    const failures = failureTables.get();
    if (code === undefined || failures === null) return { title: "发生了以下情况", text: nextStep, original: sentence };
    const [happened, next] = failures.of[code];
    const said = sayTold(failures.said, told);
    // A page that knows a better way on says it in its own words.
    const text = nextStep === NEXT_STEPS[code] ? next : nextStep;
    return said === null
      ? { title: happened, text, original: sentence }
      : { title: said.replace(/。$/, ""), text, original: null };
  },
  said: ({ message, told }) => {
    const text = sayTold(failureTables.get()?.said ?? {}, told);
    return text === null ? `${message}.` : `${text}。`;
  },
  adapterNames: { base: "基座", alone: "单独", personal: "个人", shared: "共享", fused: "融合" },
  counts: {
    clients: (clients) => `${clients} 个客户端`,
    rows: (rows) => `${formatWhole(rows)} 个数据行`,
    rounds: (rounds) => `${rounds} 轮`,
    testRows: (rows) => `${formatWhole(rows)} 个测试数据行`,
    threads: (threads) => `${threads} 个线程`,
  },
  listing: {
    comma: "、",
    and: (texts) => (texts.length < 2 ? (texts[0] ?? "") : `${texts.slice(0, -1).join("、")}和${texts.at(-1)}`),
    semicolon: "；",
    stop: "。",
    sentences: (texts) => texts.join(""),
  },
  format: {
    bytes: (value, unit) => `${value} ${unit}`,
    seconds: (seconds) => `${seconds} 秒`,
    minutes: (minutes) => `${minutes} 分钟`,
    minutesAndSeconds: (minutes, seconds) => `${minutes} 分 ${seconds} 秒`,
    hours: (hours) => `${hours} 小时`,
    hoursAndMinutes: (hours, minutes) => `${hours} 小时 ${minutes} 分`,
    rate: (tokens) => `${tokens} 词元/秒`,
    rateInThousands: (thousands) => `${thousands} 千词元/秒`,
  },
  rounds: {
    alone: "单独学习",
    fusing: "收尾",
    round: (round, rounds) => `第 ${round} 轮，共 ${rounds} 轮`,
    aloneTick: "单独",
    fusingTick: "收尾",
  },
  glossary: {
    federation: { word: "联邦", meaning: "一起训练同一个模型的各方，以及约定的规则：任务、轮次、隐私。" },
    adapter: { word: "适配器", meaning: "一个很小的数值文件，能改变一个冻结的大模型的回答。训练的就是它。" },
    "personal adapter": { word: "个人适配器", meaning: "你的标签页自己学到的内容。" },
    "shared adapter": { word: "共享适配器", meaning: "你和其他人共同学到的内容：默认只有它会传出去。" },
    "fused adapter": {
      word: "融合适配器",
      meaning: "你的标签页最终采用的适配器：由个人适配器和共享适配器混合而成，或就是其中之一。",
    },
    coordinator: {
      word: "协调器",
      meaning:
        "由你们其中一方运行的程序。它开启各轮次并对共享适配器求平均。它得不到任何数据行；但能读到的更新中，有些词可能被猜出。",
    },
    "base model": { word: "基座模型", meaning: "所有适配器所依附的语言模型。只下载一次，从不改变。" },
    round: { word: "轮次", meaning: "所有人各做一次：训练、发送共享适配器、取回平均值。" },
    "test rows": { word: "测试数据行", meaning: "你的数据中不参与训练、只用来评测的数据行。" },
    "secure sum": {
      word: "安全求和",
      meaning: "每份更新都带着掩码离开标签页，所有掩码在总和中相互抵消：协调器只能读出总和，读不出其中任何一份。",
    },
    epsilon: { word: "epsilon", meaning: "全部训练对任何一个数据行最多能透露多少：1 是很强的保证，8 则较弱。" },
  },
  adapters: {
    baseHint: "未经改动的模型，与下载时一致。",
    aloneHint: "客户端在联邦之外单独学到的内容，用于比较：其中没有其他人的任何内容。",
    personalHint: "客户端自己学到的内容。",
    sharedHint: "你和其他人共同学到的内容。",
    fusedHint: "客户端最终采用的：个人与共享适配器的组合，或其中之一。",
  },
  chartPicture: {
    noPicture: "这个浏览器无法生成图表图片",
  },
  links: {
    notALink: "这不是邀请链接或观看链接。这类链接中含有 /join/ 或 /watch/，并在 # 之后带有一长串代码。",
  },
  notices: {
    ends: {
      finished: { title: "已结束", text: "结果在它的页面上。" },
      stopped: { title: "已停止", text: "组织者结束了它。已学到的内容会保留。" },
      failed: { title: "已失败", text: "原因在它的页面上。已学到的内容会保留。" },
    },
    titled: (name, what) => `${name}：${what}`,
    pausedText: "恢复后会继续进行；期间不会丢失任何内容。",
    paused: "已暂停",
    waitsForYou: (round) => `${round}正在等你`,
    everyoneElse: "其他人都已完成。后台标签页得到的浏览器时间较少：把它显示出来会快一些。",
  },
  tabSessions: {
    noFederation: "协调器上已没有这个联邦，或已不认识这个客户端。这里显示的是本浏览器保留的内容：请导出你的适配器以便使用。",
  },
};
