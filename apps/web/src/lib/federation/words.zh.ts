import type { en } from "./words.en.ts";

export const zh: typeof en = {
  figuresWords: {
    everybody: "所有人",
    everybodyNote: "持有本联邦链接的人都能在仪表盘上看到。如果组织者公开列出本联邦，结束后协调器首页会显示所有人的平均值。",
    organiser: "组织者",
    organiserNote: "由协调器保存；只有持有组织者链接的人能看到。",
    nobody: "任何人都不能",
    nobodySecure: "它们留在本标签页里。所有客户端的平均值由安全求和得出，其中无法读出你的数值。",
    nobodyPlain: "它们留在本标签页里，也不计入平均值。但训练用的数据行数仍会告知协调器，用来为你的改动加权。",
    fixed: "只有你能看到：启用差分隐私后，由你的数据行算出的数值未加噪声不会外传。",
    untold: { everybody: "未公开", organiser: "仅告知组织者", nobody: "不告知任何人" },
    names: { accuracies: "准确率", losses: "损失", figures: "指标" },
    privateNone: (what) => `启用差分隐私后，没有人发送${what}：它们由数据行算出，未加噪声。`,
    noneTold: (what) => `没有客户端在这里公开自己的${what}：这由每位参与者自己决定。`,
    meansFromSums: (none) => `${none}它们的平均值来自安全求和。`,
    noMeans: (none) => `${none}更新未经安全求和时，没有公开的数值就没有平均值。`,
    tellers: (count, clients) => `${clients} 个客户端中有 ${count} 个在这里公开指标`,
    everybodySees: "所有人也能看到",
    organiserSees: "组织者也能看到",
    nobodySees: "其他人看不到",
  },
  tightDevices: {
    tight: "可能内存不足",
    warning: (whose, _devices) =>
      `训练所需的内存可能超过 ${whose} 的设备所允许的大小：那里每次只计算一个数据行，会更慢，也仍可能失败。联邦的训练内容已固定；为手机和旧笔记本新建的联邦占用更少。`,
  },
  startHeldBy: {
    fewInSum: (needed, missing) => `安全求和至少需要 ${needed} 个客户端：还要再来 ${missing} 个，才能开始一轮。`,
  },
  phases: { load: "加载", tokenise: "分词", steps: "训练步", evaluation: "评测", fusion: "融合", encode: "编码", wait: "等待" },
  reach: {
    machineTitle: (hostname) => `这些链接的主机名是 ${hostname}，只有本机可以访问`,
    machineText: "本机的其他标签页可以用它们加入，其他人都不行。",
    openedTitle: (hostname) => `本页面在 ${hostname} 打开，只有本机可以访问`,
    instead: (host) => `这里的链接改用 ${host}。`,
    anybody: "任何人都能打开。",
    networkOnly: "它们只在同一局域网内有效。",
    silent: "协调器访问该地址时没有得到应答：转发之前，请先在另一台设备上打开试试。",
    httpText: (isNetworkOnly) =>
      `它们${isNetworkOnly ? "只在同一局域网内有效，而且" : ""}打开的页面得不到浏览器的 WebGPU 和多线程，学习会慢好几倍；中间的任何人也能读到传输内容。请改用 https 提供服务。`,
    httpTitle: "这些链接以 http 开头",
  },
};
