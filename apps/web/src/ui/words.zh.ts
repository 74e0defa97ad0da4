import type { en } from "./words.en.ts";

export const zh: typeof en = {
  accessFields: {
    joining: {
      open: { label: "开放", note: "持有邀请链接的人都可以加入。" },
      approval: { label: "需我同意", note: "持有邀请链接的人提出申请，由你逐个决定是否接纳。" },
      closed: { label: "关闭", note: "不再接纳新成员，已加入的可以回来。" },
    },
    whoMayJoin: "谁可以加入",
    list: "在首页列出",
    listNote: "名称、阶段、轮次和客户端数量，能访问本协调器的人都能看到。观看仍需要链接。",
    contact: "如何申请邀请",
    contactNote: "显示在名称旁边，可以留空。",
  },
  chartFigure: {
    saveAs: (kind, name) => `${name}（${kind}）`,
  },
  confirmButton: {
    asking: (label) => `${label}？`,
    keep: "保持原样",
  },
  copyText: {
    byHand: "浏览器不允许本页面复制，请从这里手动复制。",
  },
  crosshair: {
    roundToLookAt: "要查看的轮次",
    noneChosen: "未选择",
    atRound: (round, said) => `${round}：${said}`,
  },
  figuresChoice: {
    whoSees: "谁能看到你的指标",
    whoSeesNote: "本标签页的损失、准确率、F1、融合权重和速度，你的数据行数，以及用什么设备计算、占用多少内存。",
  },
  linkField: {
    none: "目前没有此链接，请在下方生成。",
    copyNamed: (label) => `复制${label}`,
    copied: "已复制",
    copy: "复制",
  },
  methodEvidence: {
    proposed: (method, preset, labels) =>
      `建议：${method}（${preset}），类别为向量，${labels === "shared" ? "共享" : "留在各客户端"}。`,
  },
  roundChart: {
    along: (name) => `“${name}”的横轴`,
    by: "横轴",
    showAlone: "单独显示的线条",
    smoothed: "平滑",
    figures: "数值",
    byRound: "各轮数值",
    round: "轮次",
  },
  roundPlot: {
    atStep: (step) => `第 ${step} 步`,
    axes: { round: "轮次", step: "训练步数", time: "时间" },
    guessing: "随机猜测",
    toCome: "尚未开始",
    noFigures: "没有数值",
  },
  tooManyFiles: {
    oneAtATime: (count) => `拖入了 ${count} 个文件，均未读取：一次只能读取一个。请拖入你要用的那一个。`,
  },
  missingPart: {
    title: "页面的这一部分未能加载",
    away: "网络或协调器当时不可用。",
    stillAway: "协调器没有应答：请检查网络。本浏览器保存的内容没有丢失。",
    tryAgain: "重试",
  },
  otherVersion: {
    text: "协调器现在提供的是本页面的另一个版本。重新加载即可得到；正在参与的标签页会从原处继续。",
    reload: "重新加载页面",
  },
};
