/** What a page says of a worker that has ended, or stands still, in Chinese. */
import type { WORKER_SENTENCES } from "@duet/lora-core/errors/workerSentences";

export const WORKER: typeof WORKER_SENTENCES = {
  exportStopped: (cause) => `负责导出的 worker 停止了：${cause}`,
  exportNotStarted: () => "负责导出的 worker 无法启动",
  trainingStopped: (cause) => `负责训练的 worker 停止了：${cause}`,
  workerSilent: () => "负责训练的 worker 几分钟没有任何消息",
  notStarted: () => "它无法启动",
  messageUnread: () => "有一条消息无法读取",
  stoodStill: () => "它停滞了",
  wasEnded: () => "它被结束了",
  stalled: (seconds, step) => `负责训练的 worker 已有 ${seconds} 秒没有消息。它当时要做的是：${step}`,
  findModel: () => "查找或下载基座模型",
  toBackend: () => "把模型放到计算后端上",
  askDevice: () => "询问这台设备能做什么",
  checkRows: () => "检查并划分你的数据行",
  lookForPersonal: () => "在你的数据行中查找个人信息",
  measureSpeed: () => "测量这台设备的训练速度",
  fetchSample: () => "取得并划分示例数据",
  readKept: () => "读取本浏览器保留的内容",
  keepRows: () => "把你的数据行保留在这台设备上",
  readPicked: () => "读取你选择的文件",
  findLabels: () => "在你的文件中查找类别",
  readFile: (file) => `读取 ${file}`,
};
