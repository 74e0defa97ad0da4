import type { en } from "./words.en.tsx";

export const zh: typeof en = {
  watchItLearn: "看它学习",
  whatItIs: (federation, logs) => (
    <>
      用医学术语示例数据运行一个{federation}：由本标签页和一个模拟参与者组成。无需安装，也不用邀请任何人。也可以换成{logs}。
    </>
  ),
  notSignedIn: (signIn) => <>这里只有可以创建联邦的人能用示例数据观看：请先{signIn}，再回到本页。</>,
  signIn: "登录",
  systemLogs: "系统日志",
};
