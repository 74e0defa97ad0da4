import { NEXT_STEPS } from "@duet/lora-core/errors/errorTable";
import { FAILURES } from "./failures.zh.ts";
import type { en } from "./words.en.ts";

export const zh: typeof en = {
  failureLine: (happened, nextStep) => `${happened}。${nextStep}`,
  failure: ({ code, sentence, nextStep }) => {
    if (code === undefined) return { title: "发生了以下情况", text: nextStep, original: sentence };
    const [happened, next] = FAILURES[code];
    // A page that knows a better way on says it in its own words.
    return { title: happened, text: nextStep === NEXT_STEPS[code] ? next : nextStep, original: sentence };
  },
  adapterNames: { base: "基座", personal: "个人", shared: "共享", fused: "融合" },
  counts: {
    clients: (clients) => `${clients} 个客户端`,
    rows: (rows) => `${rows} 个数据行`,
    rounds: (rounds) => `${rounds} 轮`,
    testRows: (rows) => `${rows} 个测试数据行`,
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
    fusing: "融合",
    round: (round, rounds) => `第 ${round} 轮，共 ${rounds} 轮`,
    aloneTick: "单独",
    fusingTick: "融合",
  },
  phases: { load: "加载", tokenise: "分词", steps: "训练步", evaluation: "评测", fusion: "融合", encode: "编码", wait: "等待" },
  glossary: {
    federation: { word: "联邦", meaning: "一起训练同一个模型的各方，以及约定的规则：任务、轮次、隐私。" },
    adapter: { word: "适配器", meaning: "一个很小的数值文件，能改变一个冻结的大模型的回答。训练的就是它。" },
    "personal adapter": { word: "个人适配器", meaning: "你的标签页自己学到的内容。" },
    "shared adapter": { word: "共享适配器", meaning: "你和其他人共同学到的内容：默认只有它会传出去。" },
    "fused adapter": { word: "融合适配器", meaning: "由你的个人适配器和共享适配器合成，权重用你自己的数据行确定。" },
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
    personalHint: "客户端自己学到的内容。",
    sharedHint: "你和其他人共同学到的内容。",
    fusedHint: "个人与共享适配器按最后找到的权重合成的结果。",
  },
  chartPicture: {
    noPicture: "这个浏览器无法生成图表图片",
  },
  figuresWords: {
    everybody: "所有人",
    everybodyNote: "持有本联邦链接的人都能在仪表盘上看到。如果组织者公开列出本联邦，结束后协调器首页会显示所有人的平均值。",
    organiser: "组织者",
    organiserNote: "由协调器保存；只有持有组织者链接的人能看到。",
    nobody: "任何人都不能",
    nobodySecure: "它们留在本标签页里。所有客户端的平均值由安全求和得出，其中无法读出你的数值。",
    nobodyPlain: "它们留在本标签页里，也不计入平均值。但训练用的数据行数仍会告知协调器，用来为你的改动加权。",
    fixed: "只有你能看到：启用差分隐私后，由你的数据行算出的数值未加噪声不会外传。",
    notTold: "未公开",
    toldToOrganiser: "仅告知组织者",
    toldToNobody: "不告知任何人",
    privateNone: (what) => `启用差分隐私后，没有人发送${what}：它们由数据行算出，未加噪声。`,
    noneTold: (what) => `没有客户端在这里公开自己的${what}：这由每位参与者自己决定。`,
    meansFromSums: (none) => `${none}它们的平均值来自安全求和。`,
    noMeans: (none) => `${none}更新未经安全求和时，没有公开的数值就没有平均值。`,
    tellers: (count, clients) => `${clients} 个客户端中有 ${count} 个在这里公开指标`,
    everybodySees: "所有人也能看到",
    organiserSees: "组织者也能看到",
    nobodySees: "其他人看不到",
  },
  links: {
    notALink: "这不是邀请链接或观看链接。这类链接中含有 /join/ 或 /watch/，并在 # 之后带有一长串代码。",
    teamLink: "这是团队链接，不能用网页打开：团队成员通过 duet join 加入。",
  },
  reach: {
    machineTitle: (hostname) => `这些链接的主机名是 ${hostname}，只有本机可以访问`,
    machineText:
      "本机的其他标签页可以用它们加入。要让其他人加入，请用 --host 0.0.0.0 启动协调器，然后通过本机在局域网中的地址或带 https 的域名打开本页面，再复制那里的链接。",
    httpText: (isNetworkOnly) =>
      `它们${isNetworkOnly ? "只在同一局域网内有效，而且" : ""}打开的页面得不到浏览器的 WebGPU 和多线程，学习会慢好几倍；中间的任何人也能读到传输内容。请改用 https 提供服务。`,
    httpTitle: "这些链接以 http 开头",
  },
  tightDevices: {
    tight: "可能内存不足",
    warning: (whose, _devices) =>
      `训练所需的内存可能超过 ${whose} 的设备所允许的大小：那里每次只计算一个数据行，会更慢，也仍可能失败。联邦的训练内容已固定；为手机和旧笔记本新建的联邦占用更少。`,
  },
  notices: {
    ends: {
      finished: { title: "已结束", text: "结果在它的页面上。" },
      stopped: { title: "已停止", text: "组织者结束了它。已学到的内容会保留。" },
      failed: { title: "已失败", text: "原因在它的页面上。已学到的内容会保留。" },
    },
    titled: (name, what) => `${name}：${what}`,
    paused: "已暂停",
    waitsForYou: (round) => `${round}正在等你`,
    everyoneElse: "其他人都已完成。后台标签页得到的浏览器时间较少：把它显示出来会快一些。",
  },
};
