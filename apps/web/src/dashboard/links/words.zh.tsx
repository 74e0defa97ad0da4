import type { en } from "./words.en.tsx";

export const zh: typeof en = {
  addressChoice: {
    label: "链接中的地址",
    option: (host, reach) => `${host}，${{ "this machine": "仅本机", "this network": "本局域网", anywhere: "任何地方" }[reach]}`,
    check: "检查能否访问",
    checking: "正在访问。",
    own: "本页面就来自这个地址。",
    answers: "从协调器所在的机器访问，协调器在这个地址有应答。防火墙是否拦住其他人，要用另一台设备来看：请用它打开链接。",
    silent: "这个地址没有应答：请检查域名是否指向这台机器，以及中间的设备是否转发。",
    ways: "如何得到更多人能打开的链接",
    network: "在同一局域网内。",
    networkText: "结束协调器（Ctrl-C），再为局域网启动它，并用密钥说明谁可以新建联邦。正在运行的联邦会继续。",
    tunnel: "从任何地方，临时使用。",
    tunnelText: (port) =>
      `隧道程序（如 cloudflared、ssh -R）可以给本机的 ${port} 端口一个带 https 的公开地址。用该地址启动协调器，再从那里打开本页面。`,
    server: "从任何地方，长期使用。",
    serverText: (guide) => <>一台有域名和证书的机器：见 {guide}。</>,
  },
  linkRows: {
    andOlder: (day) => `${day}；另有一个旧版本的无限期链接`,
    roles: { invite: "邀请链接", watch: "观看链接", organiser: "组织者链接" },
    link: "链接",
    goodUntil: "有效期至",
    whatCanBeDoneWith: "可执行的操作",
    actionOn: (text, name) => `${text}：${name}`,
    copied: "已复制",
    copy: "复制",
    newLink: "新链接",
    newLinkWarning: {
      invite: "已发出的邀请链接将失效：尚未加入的人需要新链接。已加入的成员不受影响，无需链接即可回来。",
      watch: "已发出的观看链接将失效：通过它观看的人需要新链接。",
      organiser: "原来的组织者链接将失效。本浏览器会改用新链接；你的其他设备也需要新链接。",
    },
    extend: "延长",
    withdraw: "撤销",
    withdrawWarning: {
      invite: "已发出的邀请链接将失效，在你生成新链接之前无人能够加入。已加入的成员不受影响，无需链接即可回来。",
      watch: "已发出的观看链接将失效，在你生成新链接之前无人能够通过链接观看。",
    },
    noEndMadeByAn: "无限期：由旧版本生成",
    withdrawn: "已撤销：打不开任何页面",
  },
};
