import type { en } from "./words.en.ts";

export const zh: typeof en = {
  samplesPanel: {
    title: "回答示例",
    hint: "每一轮之后，用本标签页的同几个测试数据行提问，列出每个适配器的最新回答。文本最多 12 个词元。数据行和回答都不会发送给任何人。",
    stayHere: "数据行和回答留在本标签页",
    after: "时间点",
    expected: "预期",
    nothing: "无内容",
    right: "与预期一致",
    ofAlone: "单独学习时",
    ofRound: (round) => `第 ${round} 轮时`,
    line: (line) => `第 ${line} 行`,
  },
};
