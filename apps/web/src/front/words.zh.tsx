import type { en } from "./words.en.tsx";

export const zh: typeof en = {
  exchange: {
    wards: { a: "病区甲", b: "病区乙", c: "病区丙" },
    summary: "三个标签页把各自的共享适配器发给协调器，取回它们的平均值；数据行和个人适配器留在标签页里。",
    coordinator: "协调器",
    averages: "只求平均，",
    seesNoRow: "看不到数据行",
    rows: "数据行",
    adapters: "适配器",
    onlySharedCross: "只有共享适配器往来",
    restStays: "数据行和个人适配器不外传",
  },
  federationList: {
    unreadable: (federations) => `另有 ${federations} 个联邦无法打开：由其他版本的 Duet 保存，或已损坏。文件仍然保留。`,
    hereNow: "正在进行",
    federation: "联邦",
    standing: "进度",
    clients: "客户端",
    howToAsk: "如何申请加入",
    finishedHere: "本协调器上已结束的联邦",
    figure: "各客户端自己的测试数据行上的平均准确率，训练前 → 训练后",
    ask: (contact) => `联系方式：${contact}`,
    behindItsLink: "结果需要用它的链接查看。",
    asking: "正在向协调器查询有哪些联邦。",
    noneListed: "没有公开列出的联邦。是否列出由组织者决定；加入和观看都需要链接。",
    notSaid: "未说明",
    paused: (where) => `已暂停，${where}`,
    phases: {
      starting: "正在开始",
      waiting: "等待客户端",
      paused: "已暂停",
      finished: "已结束",
      stopped: "已停止",
      failed: "失败",
    },
  },
  forgetData: {
    forgetMyData: "清除我的数据…",
    forgetMyDataOf: (name) => `清除我在“${name}”中的数据`,
  },
  knownFederations: {
    roles: { organiser: "由你组织", client: "你已加入" },
    nameless: "名称未知的联邦",
    yours: "你的联邦",
    hint: "连同链接保存在本浏览器中。",
    federation: "联邦",
    standing: "目前状态",
    asking: "正在询问协调器…",
    open: "打开",
    openNamed: (name) => `打开“${name}”`,
    made: (at) => `创建于 ${at}`,
    takeOff: "从列表中移除",
    takeOffNamed: (name) => `从列表中移除“${name}”`,
    takeOffWarning:
      "本浏览器将忘记组织者链接。没有该链接，谁也不能暂停、停止或删除这个联邦；联邦会继续进行。如果你没有在别处保存，请先复制：它在联邦页面的链接一栏。",
    takenOff: (name) => `已从列表中移除“${name}”。联邦本身会继续。`,
  },
  threeSteps: {
    learnTogether: "共同学习",
    learnTogetherText: (adapter, coordinator) => (
      <>
        每一轮，你的标签页用你的数据行训练一个{adapter}，发给{coordinator}，由它对所有共享适配器求平均，再把结果发回。
      </>
    ),
    makeItYours: "变成你自己的",
    makeItYoursText: (adapter) => (
      <>最后，你的标签页用你的数据行把它再训练一次，得到你的{adapter}。默认情况下它不会离开标签页。</>
    ),
    choose: "留下最适合你的",
    chooseText: (term) => (
      <>你的标签页还可以把两者合成一个{term}，用不参与训练的数据行逐一测试，并与单独学习比较，告诉你哪一个最适合你。</>
    ),
  },
  frontPage: {
    headline: "一起微调同一个语言模型。",
    lead: (term) => (
      <>每个人在浏览器标签页中打开同一个链接，连接自己的数据行。你的数据留在这个标签页里，只有小小的{term}会传出去。</>
    ),
    start: "创建联邦",
    haveLink: "我有链接",
    linkLabel: "邀请链接、观看链接或组织者链接",
    open: "打开",
  },
  notFoundPage: {
    title: "页面不存在",
    heading: "没有这个页面",
    back: (link) => <>请检查链接，或返回{link}。</>,
    frontPage: "首页",
  },
};
