/** What a Markdown document says of the repository's files: links and paths in code spans, and which of them lead nowhere. */
import { posix } from "node:path";

/** Every document and file of the repository, by path from its root. */
export interface Repository {
  /** Files, also new ones that are not committed yet. */
  readonly files: readonly string[];
  readonly textOf: (file: string) => string;
  /** Whether git ignores a path: what is built is not there in a fresh clone. */
  readonly isProduct: (path: string) => boolean;
}

/** Files with these ends are sources: a code span that names one means one of ours. */
const SOURCE = /[\w}*]\.(ts|tsx|mjs|py|grit)$/;
/** Stands for something that the reader brings: `yourMethod.ts`, `models/<name>`, `MODEL.ts`, `models/my-base`. */
const PLACEHOLDER = /[<>…~]|(^|\/)(your|my|example)[A-Z.-]|(^|\/)[A-Z_]+\.\w+$/;

/** One sentence for every link and path of the document that leads nowhere. */
export function deadPaths(document: string, repository: Repository): readonly string[] {
  const prose = withoutFences(repository.textOf(document));
  const links = relativeLinks(prose).filter((target) => !leadsSomewhere(document, target, repository));
  const spans = codeSpans(prose).filter((span) => isRepositoryPath(span, repository) && !exists(span, repository));
  return [...links.map((target) => `${document} links to ${target}`), ...spans.map((span) => `${document} speaks of ${span}`)];
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^( *)```[\s\S]*?^\1```/gm, "");
}

/** Targets of `[words](target)` that are not addresses of the web. */
function relativeLinks(prose: string): readonly string[] {
  const targets = [...prose.replace(/`[^`\n]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function codeSpans(prose: string): readonly string[] {
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
}

/** A file or folder beside the document; after # stands a heading of it, as GitHub spells its address. */
function leadsSomewhere(document: string, target: string, repository: Repository): boolean {
  const [path = "", heading] = target.split("#");
  const file = path === "" ? document : posix.join(posix.dirname(document), path).replace(/\/$/, "");
  if (!isFileOrFolder(file, repository)) return false;
  return heading === undefined || !file.endsWith(".md") || headingsOf(repository.textOf(file)).includes(heading);
}

function headingsOf(markdown: string): readonly string[] {
  const headings = [...withoutFences(markdown).matchAll(/^#+ +(.+)$/gm)].map((match) => match[1] ?? "");
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

const isFileOrFolder = (path: string, { files }: Repository) =>
  files.some((file) => file === path || file.startsWith(`${path}/`));

/** A span that begins with one of the top folders, or ends as a source file does. */
function isRepositoryPath(span: string, { files }: Repository): boolean {
  if (/\s/.test(span) || span.includes("://") || PLACEHOLDER.test(span)) return false;
  const topFolders = new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0]));
  return SOURCE.test(span) || (span.includes("/") && topFolders.has(span.split("/")[0]));
}

/**
 * Whole paths from the root, and the ends of such paths (`rounds/roundMachine.ts`), also as they are imported, without `src`
 * (`lora-core/rounds/roundMachine.ts`); `*` and `{a,b}` may stand in them.
 */
function exists(span: string, { files, isProduct }: Repository): boolean {
  const path = span.replace(/^\.\//, "").replace(/\/$/, "");
  const pattern = path
    .replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, choices: string) => `(${choices.replaceAll(",", "|")})`)
    .replaceAll("*", "[^/]*");
  const whole = new RegExp(`^${pattern}(/|$)`);
  const end = new RegExp(`(^|/)${pattern}$`);
  const endsSo = (file: string) => SOURCE.test(path) && (end.test(file) || end.test(file.replace("/src/", "/")));
  return files.some((file) => whole.test(file) || endsSo(file)) || isProduct(path);
}
