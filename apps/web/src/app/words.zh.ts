import type { en } from "./words.en.ts";

export const zh: typeof en = {
  shell: {
    dark: "切换到深色",
    light: "切换到浅色",
    skip: "跳到正文",
    frontPage: "Duet，首页",
    glossary: "术语表",
    awayText: "本标签页会保留已有进度并不断重试；协调器恢复后会自动继续。",
    away: "协调器暂时离线",
    differ: "本页面与协调器版本不一致",
  },
  theme: {
    close: "关闭",
  },
  errorBoundary: {
    heading: "本页面出错了",
    next: "页面未能显示。本浏览器保存的联邦内容没有丢失：请重新加载页面。如果再次出错，请回到首页，并报告下面的内容。",
    reload: "重新加载页面",
    frontPage: "首页",
  },
  languageSwitch: {
    notFetched: (language) => `未能取得 ${language} 的文字。请检查网络，然后再按一次。`,
  },
  lazyPage: {
    notLoaded: "未能加载",
  },
};
