/** Labels that task templates propose, in the language in which rows of such a task have them. Pure. */
import type { Language } from "../lib/language.ts";

export type ProposedLabels = Readonly<Record<Language, readonly string[]>>;

export const NONE: ProposedLabels = { en: [], zh: [] };

/** Of data that has them in one language. */
export const inEveryLanguage = (labels: readonly string[]): ProposedLabels => ({ en: labels, zh: labels });

export const TRIAGE: ProposedLabels = {
  en: ["immediate", "very urgent", "urgent", "standard", "non-urgent"],
  zh: ["立即", "非常紧急", "紧急", "普通", "不紧急"],
};

/** In English as in the public data set Symptom2Disease. */
export const DIAGNOSES: ProposedLabels = {
  en: [
    "Acne",
    "Arthritis",
    "Bronchial Asthma",
    "Cervical spondylosis",
    "Chicken pox",
    "Common Cold",
    "Dengue",
    "Dimorphic Hemorrhoids",
    "Fungal infection",
    "Hypertension",
    "Impetigo",
    "Jaundice",
    "Malaria",
    "Migraine",
    "Pneumonia",
    "Psoriasis",
    "Typhoid",
    "Varicose Veins",
    "allergy",
    "diabetes",
    "drug reaction",
    "gastroesophageal reflux disease",
    "peptic ulcer disease",
    "urinary tract infection",
  ],
  zh: [
    "痤疮",
    "关节炎",
    "支气管哮喘",
    "颈椎病",
    "水痘",
    "普通感冒",
    "登革热",
    "痔疮",
    "真菌感染",
    "高血压",
    "脓疱病",
    "黄疸",
    "疟疾",
    "偏头痛",
    "肺炎",
    "银屑病",
    "伤寒",
    "静脉曲张",
    "过敏",
    "糖尿病",
    "药物反应",
    "胃食管反流病",
    "消化性溃疡",
    "尿路感染",
  ],
};

export const COMPONENTS: ProposedLabels = {
  en: ["compute", "memory", "network", "scheduler", "security", "storage"],
  zh: ["计算", "内存", "网络", "调度", "安全", "存储"],
};

export const INTENTS: ProposedLabels = {
  en: ["question", "order", "change", "cancellation", "complaint", "praise"],
  zh: ["咨询", "下单", "修改", "取消", "投诉", "表扬"],
};
