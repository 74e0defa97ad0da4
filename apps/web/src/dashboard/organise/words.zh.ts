import type { en } from "./words.en.ts";

export const zh: typeof en = {
  accessPanel: {
    linksAndList: "链接，以及是否在首页列出",
    whoComesIn: "谁能加入",
    hint: "被移除的人不能再用同一链接回来：每次移除都会生成新的邀请链接。已加入的人回来不需要链接。",
    named: (text, name) => `${text} ${name}`,
    waitingToBeLetIn: "等待接纳",
    waiting: "等待中",
    device: "设备",
    since: "自",
    answer: "答复",
    notTold: "未公开",
    letIn: "接纳",
    decline: "拒绝",
  },
  organiserPanel: {
    organiser: "组织者",
    allLinks: "所有链接",
    over: "这个联邦已经结束。每轮聚合的结果由协调器保存。",
    startNow: "立即开始",
    resume: "继续",
    pause: "暂停",
    closeTheRoundNow: "立即结束本轮",
    goesOnWithout: (names) => `若现在结束，本轮将不等 ${names}；仍在场的客户端会参加下一轮。`,
    stopTheFederation: "停止联邦",
    stopWarning: "不再有人训练，并且无法重新开始。每个人保留已有的适配器；已聚合的结果留在这里。",
    oneClient: "要跳过或移除的客户端",
    skipNamed: (name) => `不再等待“${name}”`,
    chooseAClient: "选择客户端",
    left: (name) => `${name}（已退出）`,
    remove: "移除",
    removeNamed: (name) => `移除“${name}”`,
    removeWarning: "它不能再用现有的链接回来，邀请链接会换成新的。它已贡献的内容留在共享适配器中；它保留自己的适配器。",
  },
  wholeFederation: {
    download: "下载联邦",
    delete: "删除联邦",
    deleteWarning:
      "协调器将为所有人永久删除它：各轮次、指标、共享适配器以及所有链接。此后谁也无法再查看。各浏览器学到的内容留在各自那里。如需保留协调器上的内容，请先下载。",
  },
};
