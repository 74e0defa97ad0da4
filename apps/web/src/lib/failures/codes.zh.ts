/** Every code of the table of errors in Chinese: what happened, and what to do next. */
import type { ErrorCode } from "@duet/lora-core/errors/errorTable";
import type { Sentences } from "@duet/lora-core/sayings/saying";
import { ADAPTERS } from "./adapters.zh.ts";
import { CHOICES } from "./choices.zh.ts";
import { CONNECTION } from "./connection.zh.ts";
import { DATA } from "./data.zh.ts";
import { HUB } from "./hub.zh.ts";
import { REFUSED } from "./refusals.zh.ts";
import { RUNTIME } from "./runtime.zh.ts";
import { SECURE } from "./secure.zh.ts";
import { TEAM } from "./team.zh.ts";
import { WORK } from "./work.zh.ts";
import { WORKER } from "./worker.zh.ts";

/** What the sentences say of which an error is data. */
export const SAID: Sentences = {
  ...DATA,
  ...ADAPTERS,
  ...CONNECTION,
  ...HUB,
  ...RUNTIME,
  ...WORK,
  ...WORKER,
  ...REFUSED,
  ...CHOICES,
  ...SECURE,
  ...TEAM,
};

export const FAILURES: Readonly<Record<ErrorCode, readonly [happened: string, nextStep: string]>> = {
  INVALID_PAYLOAD: ["设置不符合要求", "请检查上述设置后重试。"],
  VERSION_MISMATCH: ["本页面与协调器版本不一致", "请重新加载本页面，以获取协调器的版本。"],
  MODEL_MISMATCH: ["基座模型与协调器上的不一致", "请重新加载本页面；若仍然如此，请告诉组织者协调器上的模型已改变。"],
  NOT_FOUND: ["找不到这个联邦", "请向组织者索取新链接。"],
  NOT_READABLE: ["这个联邦的文件无法读取", "请新建联邦。协调器会为创建它的 Duet 版本保留这些文件。"],
  FORBIDDEN: ["这个链接无权执行此操作", "请向组织者索取完整链接，包括 # 之后的部分。"],
  SIGN_IN_REQUIRED: ["需要登录", "请在新建联邦的页面登录；运营密钥由运行协调器的人保管。"],
  WRONG_HOST: ["协调器不认识这个地址", "请打开运行协调器的人给你的地址。"],
  WRONG_PAGE: ["这个页面不属于协调器", "请从协调器打开页面。"],
  SIGN_IN_FAILED: ["登录失败", "请重新登录；若仍然失败，请告诉运行协调器的人。"],
  ACCOUNT_REFUSED: ["这个帐号未被接受", "请换一个帐号登录，或请运行协调器的人允许这个帐号。"],
  WRONG_KEY: ["密钥不正确", "请向运行协调器的人核对密钥后重试。"],
  LINK_ENDED: ["这个链接已失效", "新的链接可打开本页面；本标签页保存的内容仍在。"],
  JOINING_CLOSED: ["这个联邦不再接纳新客户端", "请让组织者接纳你，或改为观看。"],
  AWAITING_APPROVAL: ["正在等待组织者接纳", "请保持本标签页打开；组织者接纳后会自动继续。"],
  NAME_TAKEN: ["这个名称已被使用", "请换一个名称重新加入。"],
  FEDERATION_FULL: ["这个联邦已满", "请让组织者提高客户端数量上限，或改为观看。"],
  STILL_NEEDED: ["还需要这个客户端", "请等它回应或等到截止时间，或将它移除。"],
  STILL_RUNNING: ["这个联邦仍在运行", "请先停止联邦，再删除。"],
  FEDERATION_ENDED: ["这个联邦已经结束", "你仍可查看它的结果，或新建联邦。"],
  NOT_JOINED: ["本标签页目前不是这个联邦的客户端", "请重新加载本页面，以同一客户端身份重新加入。"],
  WRONG_ROUND: ["所指的轮次不是当前轮次", "无需操作：本客户端会继续当前开启的轮次。"],
  INVALID_ADAPTER: ["发送的适配器不符合要求", "请重新加载本页面；它会从最近的检查点重新开始。"],
  BLOB_MISSING: ["协调器没有收到所需的文件", "请检查网络；本客户端会重新发送。"],
  LOCKED_OUT: ["尝试次数过多，暂时被锁定", "请等到解锁后，用正确的内容重试；期间可以换一个地址。"],
  QUOTA_USED_UP: ["配额已用完", "请等几分钟再试，或向运行协调器的人申请更多配额。"],
  RATE_LIMITED: ["请求过于频繁", "请等几秒再试。"],
  STORAGE_FAILED: ["协调器无法保存数据", "请让组织者在协调器上清理磁盘空间。"],
  INTERNAL: ["协调器内部出错", "请重试；若仍然如此，请让组织者查看协调器的日志。"],
  UNREACHABLE: ["连不上协调器", "请检查网络；本客户端会不断重试并自动继续。"],
  TIMEOUT: ["协调器没有及时回应", "请检查网络；本客户端会不断重试并自动继续。"],
  BAD_REPLY: ["协调器的回应无法理解", "请重新加载本页面，以获取协调器的版本。"],
  WRONG_ORIGIN: ["本页面的地址不是协调器认可的地址", "请用协调器认可的地址打开页面；问题修正后，本页面会自动继续。"],
  LOSS_NOT_FINITE: ["损失不是有效数值", "如果你带来了起始适配器，请不带它重新加入；否则学习率对这些数据可能过高：请告诉组织者。"],
  OUT_OF_MEMORY: ["内存不足", "请关闭其他标签页并重新加载；批次更小的联邦所需内存更少。"],
  DEVICE_LOST: ["图形设备已丢失", "请重新加载本页面：它会以同一客户端身份回来，不再使用图形设备计算。"],
  BACKEND_MISSING: ["这个浏览器没有所选的计算后端", "请让 Duet 自行选择计算后端，或换用具备它的浏览器。"],
  START_STALLED: ["启动停滞", "请重试，这会启动新的 worker。若再次发生，请减少线程数或换一个浏览器。"],
  WORKER_DIED: ["负责训练的 worker 已终止", "请重新加载本页面：它会以同一客户端身份回来，并从原处继续。"],
  PRIVACY_SETTINGS: ["无法按这些隐私设置训练", "请告诉组织者：需要其他隐私设置或更多数据行。"],
  PRIVACY_LEDGER: ["隐私账本无法保存", "请允许本页面在这台设备上保存数据（无痕窗口不允许），然后重新加载；在此之前不会训练。"],
  STOPPED: ["已停止", "需要时再重新开始。"],
  BUSY: ["正忙", "请在本轮结束后再试。"],
  TABLE: ["无法读取这个文件", "请选择其他文件，或将其另存为 CSV、TSV、JSON Lines 或纯文本。"],
  COLUMNS: ["所选的列不可用", "请选择其他列或其他文件。"],
  ROWS: ["数据行不够用", "请连接更多数据行，或彼此差异更大的数据行。"],
  ROWS_GONE: ["数据行已不在这里", "请重新连接你的数据。"],
  SAMPLE_MISSING: ["没有示例数据", "请使用自己的数据，或请组织者提供示例数据。"],
  MODEL_DOWNLOAD: ["模型下载失败", "请检查地址和网络，然后重新下载。"],
  HUB_ADDRESS: ["hub 地址不正确", "请更正地址后重新查找。"],
  HUB_REFUSED: ["hub 拒绝了请求", "请检查访问令牌及其权限，以及仓库名称，然后重试。"],
  MODEL_FOLDER: ["所选文件不是完整的模型", "请选择其他模型，或一次选中它的全部文件。"],
  UNSUPPORTED_MODEL: ["不支持这种模型", "请选择 Llama、Qwen2、Qwen3 或 GPT-2 系列的模型。"],
  BASE_FOR_PYTHON: [
    "只有 Python 客户端能训练这个基座模型：标签页和 duet join 不能计算它",
    "请用同一链接通过 Python 客户端 duet-client 加入；在这里可以观看。",
  ],
  BASE_NOT_OFFERED: [
    "不能在这里选择这个基座模型",
    "请用 duet create 新建联邦；若 Duet 能计算这一系列的模型，请取出 duet_base.json。",
  ],
  NO_BASE: ["协调器没有基座模型", "请按其 README 的说明把一个基座模型放到协调器的 models/ 下，然后重新启动协调器。"],
  UNSUPPORTED_TASK: ["这个基座模型不能完成这类任务", "请选择分类任务，或能够写作的基座模型。"],
  GGUF: ["无法读取这个 GGUF 文件", "请选择其他 GGUF 文件，或 safetensors 格式的模型。"],
  SAFETENSORS: ["无法读取这个 safetensors 文件", "请选择模型的另一份副本；这一份已损坏或属于其他类型。"],
  TOKENIZER: ["分词器不受支持", "请选择其他模型；这个模型的文本在这里的读法会与训练时不同。"],
  WRONG_FILE: ["文件不符", "请问组织者是哪个文件，并选择那一个。"],
  ADAPTER_FILE: ["无法使用这个适配器文件", "请选择其他适配器，或用 PEFT 重新写成普通的 LoRA 适配器。"],
  ADAPTER_MISSING: ["这个适配器还不存在", "请等待产生它的轮次，或选择另一个。"],
  LINK_MISTYPED: ["这个链接不完整或有误", "请重新复制完整的链接（直到末尾），或向组织者索取。"],
  SECURE_REFUSED: ["安全求和被拒绝", "请与其他参与者核对联邦的核对词；若不一致或再次发生，请停止并告诉组织者。"],
  STORED_NEWER: ["保存的数据来自更新的版本", "请重新加载本页面以获取新版本，或使用其他浏览器配置文件。"],
  STORED_DAMAGED: ["保存的数据已损坏", "请用邀请链接以新客户端的身份重新加入。"],
  PLACE_UNUSABLE: ["无法读写这个位置的文件", "请使其可读可写并留出磁盘空间，或用 --state 或 --out 指定其他位置。"],
  STATE_IN_USE: ["状态文件夹正被另一个程序使用", "请等它结束，或用 --state 指定其他文件夹。"],
  UNEXPECTED: ["发生了意外错误", "请重新加载本页面：它会以同一客户端身份回来。若仍然如此，请连同之前的操作一起报告。"],
};
