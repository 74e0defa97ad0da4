import { DATA } from "../lib/failures/data.zh.ts";
import { formatNumber, formatWhole } from "../lib/numbers.ts";
import type { en } from "./words.en.tsx";

const LATER = "舍入损失的部分会并入下一轮。";

export const zh: typeof en = {
  samples: { medical: "医学术语", logs: "系统日志（合成）" },
  sampleData: "示例数据",
  data: DATA,
  protections: {
    clip: { label: "限制离群值", summary: "无论数据行数还是更新大小，任何客户端的影响都不会远超其他客户端。" },
    multiKrum: {
      label: "剔除最不相似者（multi-Krum）",
      summary: "适合有陌生人参与的轮次：限制离群值；达到五个客户端后，剔除与其他客户端最不相似的四分之一；各客户端权重相同。",
    },
    trimmedMean: { label: "截尾平均", summary: "限制离群值；每个数值去掉最高和最低的四分之一；各客户端权重相同。" },
    median: { label: "中位数", summary: "限制离群值；每个数值取各客户端的中位数；学习内容差异大的客户端会互相拖慢。" },
    centeredClip: { label: "中心裁剪", summary: "限制离群值；以中位数为中心求平均，任何客户端的拉动都不超过其他客户端的一半。" },
    none: { label: "无", summary: "每份更新原样计入：单个客户端就能决定所有人得到的结果。" },
  },
  codings: {
    int8: { label: "每个数值 8 位", summary: `流量为四分之一：客户端的改动舍入到每个数值 8 位。${LATER}` },
    int4: { label: "每个数值 4 位", summary: `流量为八分之一，适合慢速网络：客户端的改动舍入到每个数值 4 位。${LATER}` },
    "int8:0.25": {
      label: "最大的四分之一，8 位",
      summary: "流量不到十分之一：先发送改动中最大的四分之一，其余留到以后的轮次。轮次较少时学到的会少一些。",
    },
    f16: { label: "每个数值 16 位", summary: `流量为一半：客户端的改动舍入到每个数值 16 位。${LATER}` },
    f32: {
      label: "原样，每个数值 32 位",
      summary: "不做舍入，从更新中能读出的信息也最多：除非必须保留精确数值，否则请选择更少的位数。",
    },
  },
  coding: {
    bits: { f32: "保持全精度", f16: "舍入到每个数值 16 位", int8: "舍入到每个数值 8 位", int4: "舍入到每个数值 4 位" },
    largest: (percent, bits) => `取最大的 ${percent}% 数值，${bits}`,
  },
  rowsAsRead: {
    title: "模型读到的样子",
    aside: (most) => `每个方框是一个词元；只读前 ${most} 个`,
    prompt: "斜体是每个数据行前后的提示。提示以及留给回答的位置，要从所读的长度中扣除。",
    lengths: "数据行的长度",
    loseTheirEnd: (cut, rows, most) =>
      `${formatWhole(rows)} 个数据行中有 ${formatWhole(cut)} 个长于 ${most} 个词元${cut === 0 ? "。" : "，其末尾会被截掉。"}`,
    unread: (unread, rows) => `基座模型读不懂 ${formatWhole(rows)} 个数据行中的 ${formatWhole(unread)} 个`,
    unreadText: "它不认识其中大部分文字（�），这些数据行在它看来都一样，从中什么也学不到。请让组织者换用认识这种语言的基座模型。",
    line: (line) => `第 ${line} 行`,
    shouldAnswer: (answer) => <>应回答 {answer}</>,
    tokens: (tokens) => `${formatWhole(tokens)} 个词元`,
    cutOff: (tokens) => `截掉 ${formatWhole(tokens)} 个`,
    rowsOfStep: (step) => (step === 1 ? "数据行" : `数据行，每 ${step} 个词元一格`),
    readUpToHere: "读到这里为止",
    tokensInARow: "每行的词元数",
  },
  columnMapping: {
    chooseOther: "改用其他数据",
    inputColumn: "输入列",
    several: "多列，用模板拼接",
    answerColumn: "答案列",
    chooseColumn: "选择一列",
    template: "输入模板",
    templateNote: "列名写在花括号里；某行为空的列不会留下空隙。",
    firstRowsOfFile: "文件的前几行",
    firstRows: "前几行",
  },
  connectDataPanel: {
    title: "连接你的数据",
    hint: "文件在本标签页内读取，不会发送到任何地方。",
    noData: "手头没有数据？",
    useSample: "使用示例数据",
    reading: (fileName) => `正在本标签页内读取 ${fileName}。`,
    splitting: (percent) => `正在本标签页内检查并划分这些数据行：${percent}%`,
    sample: (title, share) => `${title}：“${share}”的那一份。`,
    chooseOther: "改用其他数据",
    exactLabels: "只接受与联邦类别写法完全一致的类别",
  },
  dataReport: {
    parts: (rows, { train, fusion, test }, term) => (
      <>
        {rows}：{formatWhole(train)} 个用于训练，{formatWhole(fusion)} 个用于衡量融合，
        {term(`${formatWhole(test)} 个只用于测试`)}。
      </>
    ),
    and: (entries, more) => `${entries}，以及另外 ${more} 种写法`,
    otherSpelling: (shown) => `写法不同但已识别的类别：${shown}。`,
    spread: "各类别均匀分布在三个部分中；几乎相同的文本放在同一部分。",
    few: (testRows, spread) =>
      `只有 ${formatWhole(testRows)} 个测试数据行，准确率只能精确到约 ± ${spread}。如有更多数据行，请一并连接。`,
    notUsed: (lines) => `${formatWhole(lines)} 行未使用`,
    whyNotUsed: "未使用的原因",
    lines: "行数",
    why: "原因",
    where: "位置",
    otherReasons: (lines) => `另有 ${formatWhole(lines)} 行因其他原因未使用。`,
    firstLines: "其中的前几行",
    notUsedAndWhy: "未使用的行及原因",
    linesNotUsed: "未使用的行",
    line: (line) => `第 ${line} 行`,
    andMore: (count) => `以及另外 ${formatWhole(count)} 行`,
    respelled: (count, spelling, label) => `${formatWhole(count)} × “${spelling}”读作“${label}”`,
  },
  rejectedFile: {
    download: "下载这些行",
    columns: { line: "行号", reason: "未使用的原因" },
    name: (file) => `${file}-未使用的行.csv`,
  },
  labelBalance: {
    title: "类别分布：你的数据与联邦的类别表",
    key: (labels) => `条形：你的数据行 · 竖线：如果 ${labels} 个类别同样多，每个类别会到的位置`,
    keyOfAll: "条形：你的数据行 · 竖线：所有客户端的训练数据行（来自安全求和）",
    none: "无",
    shares: (own, beside, isOfAll) =>
      `：占你的 ${own}%；${isOfAll ? `占所有客户端数据行的 ${beside}%` : `各类别同样多时占 ${beside}%`}`,
    all: (labels) => `全部 ${labels} 个类别`,
    leans: (label, times, isOfAll) =>
      `“${label}”在你的数据里的占比，是${isOfAll ? "所有客户端数据行中" : "各类别同样多时"}的 ${formatNumber(times, 1)} 倍：你的个人适配器会偏向它。`,
    missing: (names) => `你的数据里没有以下类别，这没有问题：${names}。`,
    andMore: (names, more) => `${names}，以及另外 ${more} 个`,
    allThere: "联邦的每个类别在你的数据里都有。",
    others: ({ clients, telling, rows }) =>
      `这里的 ${clients} 个客户端${telling === 0 ? "都没有公开自己的数据行数" : `中有 ${telling} 个公开了行数，共有 ${formatWhole(rows)} 个训练数据行`}；本页面不显示它们各有哪些类别。`,
  },
  dataSource: {
    dataFile: "数据文件",
    drop: "把文件拖到这里",
    formats: "CSV、TSV、JSON Lines、纯文本或日志",
    chooseFile: "选择文件",
    paste: "粘贴文本",
    rows: "数据行",
    pasteNote: "与文件中的写法相同，第一行是列名。",
    useThese: "使用这些数据行",
    pastedText: "粘贴的文本",
  },
  memoryNote: {
    title: "这台设备的内存可能不够",
  },
  modelFilesDrop: {
    files: "模型文件",
    drop: "把模型文件拖到这里",
    choose: "选择文件",
    checking: "正在检查文件",
    checked: (receivedBytes, totalBytes) => `已检查 ${receivedBytes}，共 ${totalBytes}`,
  },
  modelFilesPanel: {
    title: "基座模型文件",
    hint: "它们留在这台设备上，浏览器空间足够时会保存下来。",
    has: "这台设备上已有基座模型的文件。",
    looking: "正在查看浏览器中是否已有这些文件。",
    stillNeeded: (files) => `还需要：${files}。请向组织者索取相同的文件。`,
    fileSize: (path, bytes) => `${path}（${bytes}）`,
  },
  personalData: {
    masked: (found, examples, mark) => `${found}：${examples}，已遮盖为 ${mark}`,
    toMask: (found, examples, mark) => `${found}：${examples}，将遮盖为 ${mark}`,
    looking: (percent) => `正在本标签页内检查这些数据行中的个人信息：${percent}%`,
    none: "这些数据行中没有发现个人信息。扫描会漏掉姓名以及写法不常见的内容，请自己再看一遍。",
    found: "发现的个人信息",
    undo: "撤销遮盖",
    mask: "在所有数据行中遮盖这些内容",
    maskedNote: "训练、融合和测试数据行的遮盖方式相同，并会一直保持；类别和你的文件不变。",
    foundNote: "这些示例只留在本标签页里。扫描会有遗漏，也会有误判。",
  },
  readinessCheck: {
    title: "准备检查",
    offer: (bytes) =>
      `在你的数据行上训练几步，测出这台设备的学习速度。为此会获取基座模型（${bytes}），浏览器已有则不用；什么都不会发送。`,
    check: "检查这台设备",
    checkAgain: "重新检查",
    downloading: (received, total) => `正在获取基座模型：${received} / ${total}`,
    measuring: "正在你的数据行上训练几步来测速。",
    speed: (rate, backend) => (
      <>
        <strong>{rate}</strong>，{backend}
      </>
    ),
    takes: (time) => (
      <>
        你这里共需计算<strong>约 {time}</strong>
      </>
    ),
    takesNote: (rounds) => `按这一速度和你的数据行计算，共 ${rounds}；等待其他人的时间另计。`,
    leftNote: "按这一速度和你的数据行计算，指剩余的各轮；等待其他人的时间另计。",
    round: (time) => (
      <>
        最长的一轮你需要<strong>约 {time}</strong>
      </>
    ),
    inTime: (deadline, isMost) => `一轮${isMost ? "最多" : ""}可用 ${deadline}。`,
    fewerSteps: "较慢的设备在这里会少做几步。",
    rank: (rank) => (
      <>
        建议的秩：<strong>{rank}</strong>
      </>
    ),
    rankHeld: "本设备的内存能容纳联邦的全部秩。",
    rankByMemory: "本设备的内存能容纳这么多。",
    rankNotByLink: "在这条线路上，更小的秩几乎不会缩短一轮的时间。",
    rankByLink: (held, proposed) =>
      `这里的一轮约需 ${proposed}，而不是 ${held}，因为在这条线路上收发的字节更少。如果值得，请在上面选择：秩越小，学到的越少。`,
    late: (deadline, isMost) =>
      `一轮${isMost ? "最迟" : ""}在 ${deadline} 后结束，不再等未完成的人。请换更快的设备加入，或请组织者建一个期限更长、步数更少的联邦。`,
  },
  readingOptions: {
    none: "无",
    separators: { ",": "逗号", ";": "分号", "\t": "制表符", "|": "竖线", " ": "空格" },
    encoding: "编码",
    asItLooks: (encoding) => `自动识别：${encoding}`,
    separator: "分隔符",
    firstLine: "首行",
    hasNames: "是列名",
    isRow: "是一行数据",
    quotes: "引号",
    markCells: "用来包住单元格",
    plain: "是普通字符",
    about: "关于这个文件",
  },
  whatLeaves: {
    title: "会离开本标签页的内容",
    sent: "会发送",
    kept: "从不离开",
  },
  closedDoor: {
    fullText: (clients) => `它最多容纳 ${clients} 个客户端。请问组织者是否有人会退出；有空位时本页面会自动发现。`,
    ended: { finished: "这个联邦已经结束。", stopped: "组织者已停止这个联邦。", failed: "这个联邦已失败。" },
    endedText: "现在谁都不能加入了，但仍可查看结果。",
    closed: "这个联邦不再接纳新客户端。",
    closedText: "请让组织者开放加入。已加入的可以回来。",
    full: "这个联邦已满。",
    watch: "观看",
    seeResult: "查看结果",
    forPython: "只有 Python 客户端能参加这个联邦。",
    forPythonText: "标签页不能计算它的基座模型。请用同一链接通过 Python 客户端 duet-client 加入；在这里可以观看。",
  },
  leaving: {
    rowNoise: "，并加入掩盖单个数据行的噪声",
    clientNoise: "，以及掩盖单个客户端的那份噪声",
    changes: (upload, noise) => `共享适配器的改动，每轮一次，${upload}${noise}`,
    maskedChanges: (noise, share) => `共享适配器的改动，每轮一次，带掩码${noise}${share}：协调器只得到所有客户端之和`,
    rank: "你的适配器的秩：协调器会知道；其他人随你的指标一起看到",
    keys: "每次求和新生成的密钥，以及发给其他标签页的加密密钥份额",
    personalSent: "你的个人适配器：这种方法会发送它，或把它设为你共享的内容",
    inSum: (what) => `${what}，作为总和的一部分`,
    budgetSpent: "你的隐私预算用掉了多少",
    rowCount: "你训练用的数据行数（发给协调器，用来为你的改动加权）",
    figuresInSum: "你的损失、准确率和数据行数，作为总和的一部分：只显示平均值，无法从中读出你的数值",
    rowsInSum: "你的训练数据中各类别和各长度的行数：只发送一次，作为所有客户端之和的一部分，所有人都能看到这个和",
    rowsAlone: "你自己各类别和各长度的行数，以及你与其他客户端的差异",
    name: "你在这里的名称，以及你在上方的选择",
    rows: "你的数据行、词元和提示",
    fileName: "你的文件名和其他列",
    changesAlone: "你单独的改动（不带掩码）",
    figuresAlone: "你单独的损失、准确率、融合权重和速度，以及设备用什么计算、占用多少内存",
    personal: "你的个人适配器",
    labelVectorsKept: "你的类别向量",
    forEverybody: "对所有人公开：你的数据行数、设备用什么计算、占用多少内存、你的损失、准确率和速度",
    forOrganiser: "对组织者公开：你的数据行数、设备用什么计算、占用多少内存、你的损失、准确率和速度",
    labelVectors: "类别向量，起初是你各类别数据行的平均值，随改动一起发送",
    oneRow: "：某个类别只有一个数据行时，就是基座模型读到的那一行",
    controlVariate: "你的控制变量，它表示你的数据把模型拉向哪里：随每次改动发送",
    personalInSum: "你的个人适配器，作为总和的一部分：这种方法会共享它，或把它设为你共享的内容",
  },
  memoryView: {
    and: "、",
    inPieces: (takes, rows, recomputes) =>
      `整批计算时，${takes}。这超出了这台设备的允许范围，因此每次只计算 ${rows} 个数据行${recomputes ? "，并且每层保留的内容更少，会慢一些" : ""}。结果相同。`,
    takes: (needed) => `在本标签页训练约需 ${needed} 内存`,
    sentence: (takes) => `${takes}。`,
    tooLarge: (takes) => `${takes}，其中有的内存块超出这台设备的允许大小`,
    allows: (takes, available) => `${takes}，而设备只允许 ${available}`,
    smallFits: "适合手机和旧笔记本的设置放得下，请在上方选择。",
    usual: (isTooLarge) => `适合笔记本和台式机的设置${isTooLarge ? "在这台设备上放不下" : "在这里只能分块计算"}。`,
    joinElsewhere: (hasSmaller) =>
      `${hasSmaller ? "适合手机和旧笔记本的联邦放得下：请向组织者要一个这样的联邦，或换一台设备加入。" : "请用内存更大的设备加入。"}你仍可以从这里加入：届时每次只计算一个数据行，并且可能内存不足。`,
    never: "任何设置都放不下：请选择更小的基座模型，或换一台设备。",
    wouldFit: (settings) => `改用${settings}就放得下。`,
    overAndWay: (over, way) => `${over}。${way}`,
    rowsOfTokens: (maxTokens) => `每行 ${maxTokens} 个词元`,
    rank: (rank) => `秩 ${rank}`,
  },
  personalView: {
    kinds: {
      name: (count) => `${count} 处姓名`,
      mail: (count) => `${count} 处邮箱地址`,
      phone: (count) => `${count} 处电话号码`,
      address: (count) => `${count} 处通信地址`,
      birthDate: (count) => `${count} 处出生日期`,
      nationalId: (count) => `${count} 处身份证件号码`,
      record: (count) => `${count} 处病人或病历编号`,
      iban: (count) => `${count} 处银行账号`,
      card: (count) => `${count} 处卡号`,
      ip: (count) => `${count} 处IP 地址`,
      mac: (count) => `${count} 处设备 MAC 地址`,
    },
    title: (found, rows) => `${formatWhole(rows)} 个数据行中有 ${formatWhole(found)} 个疑似含有个人信息`,
    quoted: (example) => `“${example}”`,
  },
  rankChoice: {
    label: "你的适配器的秩",
    note: (whole) => `比联邦的 ${whole} 小时，占用的内存和发送的字节更少，学到的也更少。参与期间不再改变。`,
    asItHolds: (proposed) => (proposed === null ? "本设备能容纳多少就多少" : `本设备能容纳的：${proposed}`),
    of: (rank, whole) => (rank === whole ? `${whole}，全部` : `${whole} 中的 ${rank}`),
  },
  joinPage: {
    baseModel: (baseModel, name) => (
      <>
        {baseModel} {name}
      </>
    ),
    join: "加入",
    joinNamed: (name) => `加入“${name}”`,
    approvalText: "点击下方按钮提出申请，本标签页会等待答复。",
    approval: "由组织者决定谁可以加入。",
    youHere: "你在这里的身份",
    yourName: "你的名称",
    yourNameNote: "其他人看得到。请填单位或地点，不要填人名。",
    take: (proposal) => `改用“${proposal}”`,
    askToJoin: "申请加入",
    joinAndTrain: "加入并训练",
    leaveAnyTime: "你可以随时退出，并保留自己的适配器。",
    afterTheCheck: "设备检查结束后，本标签页随即加入。",
    secure: "更新经安全求和",
    plain: "协调器能看到每份更新",
    takes: (time, rows) => `${rows} 个数据行约需计算 ${time}`,
    takesYou: (time, rows) => `你的 ${formatWhole(rows)} 个数据行约需计算 ${time}`,
    clientPrivacy: (epsilon, value) => (
      <>
        客户端级差分隐私，{epsilon} {value}
      </>
    ),
    rowPrivacy: (epsilon, value) => (
      <>
        数据行级差分隐私，{epsilon} {value}
      </>
    ),
    invisible: "其中有看不见的字符，请重新输入。",
    nameTaken: "这里已经有人叫这个名称。",
    filesFirst: "请先选择基座模型的文件。",
    dataFirst: "请先连接你的数据。",
    answerFirst: "请先选择答案所在的列。",
    otherData: "这些数据无法使用：请更改所作的选择，或选用其他文件。",
    nameMissing: "还没有填写你的名称。",
    otherName: "请换一个名称。",
  },
};
