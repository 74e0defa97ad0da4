/** What a schema refuses, in Chinese. */
import type { SCHEMA_SENTENCES } from "@duet/lora-core/errors/schemaSentences";

const KINDS: Readonly<Record<string, string>> = {
  string: "文本",
  number: "数字",
  int: "整数",
  boolean: "是或否",
  array: "列表",
  tuple: "列表",
  object: "一组字段",
  record: "一组字段",
  null: "空",
};
const BOUNDS = { "at least": "至少为", "at most": "至多为", "more than": "大于", "less than": "小于" };
const SIZED = { characters: " 个字符", entries: " 项", value: "" };

const hidden = "中有看不见的字符，例如换行或控制符：请重新输入";

export const SCHEMA: typeof SCHEMA_SENTENCES = {
  nothingFits: () => "其中有内容不符合要求",
  about: (name, what) => `${name}${what}`,
  unknown: (keys, _count) => `这里不认识 ${keys}`,
  missing: () => "缺失",
  kind: (kind) => `必须是${KINDS[kind] ?? "其他类型"}`,
  notEmpty: () => "不能为空",
  size: (sized, bound, size) =>
    `必须${BOUNDS[bound]} ${Math.abs(size) >= Number.MAX_SAFE_INTEGER ? "可计数的大小" : size}${SIZED[sized]}`,
  oneOf: (values) => `必须是以下之一：${values}`,
  exactly: (value) => `必须是 ${value}`,
  multipleOf: (divisor) => `必须是 ${divisor} 的倍数`,
  address: () => "必须是以 http:// 或 https:// 开头的地址",
  unreadable: () => "的写法不正确",
  noneKnown: () => "不是这里认识的任何一种",
  unfit: () => "不符合要求",
  own: (sentence) => sentence,
  ownOf: (name, sentence) => `${name}：${sentence}`,
  moreAtLeast: () => "最少客户端数不能大于最多客户端数",
  twice: () => "有一个类别列出了两次",
  hiddenText: () => `这段文本${hidden}`,
  hiddenName: () => `这个名称${hidden}`,
  hiddenLabel: () => `有一个类别${hidden}`,
  allOfF32: () => "f32 会原样发送全部数值：要省去一部分，请选择其他格式",
};
