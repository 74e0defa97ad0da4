/** Names of people and postal addresses: by title, by what introduces them, by known given names, by the words of streets. */
import { type Detector, type Match, when } from "./detector.ts";
import { GIVEN_NAMES, NOT_SURNAMES } from "./givenNames.ts";

const WORD = "\\p{Lu}[\\p{L}'’\\-]{1,25}";
const PARTICLES = "(?:(?:von|van|vom|zu|de|der|den|del|della|la|di|da|dos|bin|ibn|al|el|le|du|ter|ten|st\\.) ){0,2}";
const FULL = `${PARTICLES}${WORD}(?: (?:\\p{Lu}\\. ){0,2}${PARTICLES}${WORD}){0,2}`;

const TITLES = [
  "Mr|Mrs|Mx|Dr|Prof|Professor|Herrn?|Frau|Mme|Mlle|Monsieur|Madame|Mevrouw|Meneer|Señora?|Signora?",
  "(?:Ms|Sr|Sra|Srta|Sig|Dott)\\.",
  "Ms|Miss|Sra|Srta",
].join("|");

const INTRODUCTIONS = [
  "[Mm]y name is|[Nn]ame is|[Ss]igned,?|[Rr]egards,?|[Ss]incerely,?|[Cc]ontact:?|[Cc]are of|c/o",
  "(?:[Pp]atient|[Ff]ull|[Ll]ast|[Ff]irst|[Cc]ustomer|[Ee]mployee)?[ _]?[Nn]ame ?[:=]|(?:[Pp]atient(?:in)?|PATIENT|NAME|Nombre|Nom|Nome|Naam|Namn|Imię) ?[:=]",
  "[Ii]ch hei(?:ß|ss)e|[Mm]ein [Nn]ame ist|[Jj]e m['’]appelle|[Mm]e llamo|[Mm]i nombre es|[Mm]i chiamo|[Mm]eu nome é|[Mm]e chamo|[Jj]ag heter|[Ii]k heet|[Nn]azywam się|[Мм]еня зовут",
].join("|");

/** Words that greetings, forms and sentences have where a name could be. */
const NO_NAMES = new Set(
  "the this that sir madam all team unknown none n/a na not yes no dear support customer service patient doctor god lord data test user admin".split(
    " ",
  ),
);

/** The most common family names; left out are those that are prepositions or begin everyday words. */
const CHINESE_SURNAMES =
  "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜范石姚谭廖邹熊金陆郝孔崔康邱秦史顾侯邵孟龙黎";

/** Without a possessive. */
function nameLength({ found }: Match): number {
  const words = found.toLowerCase().split(" ");
  const isName = words.every((word) => !NO_NAMES.has(word)) && !NOT_SURNAMES.has(words.at(-1) ?? "");
  return isName ? found.replace(/['’]s$/, "").length : 0;
}

/** A given name in any part of a double one, and a family name that is none of a place. */
function isFullName({ groups }: Match): boolean {
  const first = (groups.first ?? "").toLowerCase();
  const last = (groups.last ?? "").toLowerCase();
  // An abbreviation, not a name in capitals.
  if (first.length > 1 && groups.first === groups.first?.toUpperCase() && groups.last !== groups.last?.toUpperCase())
    return false;
  const isGiven = GIVEN_NAMES.has(first) || (first.includes("-") && first.split("-").every((part) => GIVEN_NAMES.has(part)));
  return isGiven && !NOT_SURNAMES.has(last) && !NO_NAMES.has(last);
}

const STREETS_EN =
  "Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Boulevard|Blvd|Court|Square|Terrace|Close|Way|Crescent|Parkway|Pkwy|Highway|Hwy";

export const wordDetectors: readonly Detector[] = [
  {
    kind: "address",
    needs: "digit",
    expression: new RegExp(
      `(?<![\\p{L}\\p{N}.,/\\-])\\d{1,5}[A-Za-z]?,? (?:\\p{Lu}[\\p{L}'.]{1,20} ){1,3}(?:${STREETS_EN})(?![\\p{L}\\p{N}])(?:,? (?:Apt|Apartment|Unit|Suite|Flat)\\.? ?#?\\d{1,5}[A-Z]?)?`,
      "gu",
    ),
  },
  {
    kind: "address",
    needs: "digit",
    expression:
      /(?<![\p{L}\p{N}])(?:\p{Lu}[\p{L}-]{1,24}(?:straße|strasse|str\.|weg|platz|allee|gasse|straat|laan|gatan|vägen|gade|ulica)|\p{Lu}[\p{L}-]{1,24} (?:Straße|Strasse|Str\.|Weg|Platz|Allee)) \d{1,4} ?[a-z]?(?![\p{L}\p{N}])(?:, \d{4,5} \p{Lu}[\p{L}-]{1,24})?/gu,
  },
  {
    kind: "address",
    needs: "digit",
    expression:
      /(?<![\p{L}\p{N}])\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|bd|place|chemin|allée|impasse|quai|route) (?:de la |de l['’]|du |des |de |d['’])?\p{L}[\p{L}'’-]{1,24}(?: \p{Lu}[\p{L}'’-]{1,24}){0,3}(?:, \d{5} \p{Lu}[\p{L}-]{1,24})?/gu,
  },
  {
    kind: "address",
    needs: "digit",
    expression:
      /(?<![\p{L}\p{N}])(?:Calle|C\/|Avenida|Avda\.?|Plaza|Paseo|Via|Viale|Piazza|Corso|Rua|Travessa|ul\.|ulica|ул\.) ?(?:(?:de|del|della|la|las|los|da|do|dos) ){0,2}\p{Lu}[\p{L}'’-]{1,24}(?: (?:\p{Lu}|de )[\p{L}'’-]{1,24}){0,3},? (?:n[º°.] ?)?\d{1,4}(?![\p{L}\p{N}])/gu,
  },
  {
    kind: "address",
    needs: "han",
    expression:
      /(?<!\p{Script=Han})(?:我?(?:家庭)?(?:住址|地址|住在|家住|位于)[是为：:]?)?(?<it>\p{Script=Han}{2,16}(?:路|街|道|巷|弄|胡同)\d{1,5}号(?:[\p{Script=Han}\d]{0,12}(?:室|楼|栋|单元))?|\p{Script=Han}{2,12}[都道府県市区町村]\p{Script=Han}{1,8}\d{1,3}(?:丁目\d{1,3}番地?\d{0,3}|-\d{1,3}-\d{1,3}))/gu,
  },
  {
    kind: "name",
    needs: "capital",
    expression: new RegExp(`(?<![\\p{L}\\p{N}_])(?:${TITLES})\\.? (?:(?:Dr|Prof|med)\\.? ){0,2}(?<it>${FULL})`, "gu"),
    lengthOf: nameLength,
  },
  {
    kind: "name",
    needs: "capital",
    expression: new RegExp(`(?<![\\p{L}\\p{N}])(?:${INTRODUCTIONS})[ \\n]{1,2}(?<it>${FULL})`, "gu"),
    lengthOf: nameLength,
  },
  {
    kind: "name",
    needs: "capital",
    expression: new RegExp(
      `(?=\\p{Lu})(?<![\\p{L}\\p{N}_.\\-/])(?<first>\\p{Lu}\\p{L}{1,15}(?:-\\p{Lu}\\p{L}{1,15})?) (?:\\p{Lu}\\.? ){0,2}${PARTICLES}(?<last>\\p{Lu}[\\p{L}'’\\-]{1,25})(?![\\p{N}_])`,
      "gu",
    ),
    lengthOf: when(isFullName),
  },
  {
    // Family name first, as in lists of people.
    kind: "name",
    needs: "capital",
    expression: new RegExp(
      `(?=\\p{Lu})(?<![\\p{L}\\p{N}_.\\-/])(?<last>${WORD}), (?<first>\\p{Lu}\\p{Ll}{1,15})(?=[;,.]|$|\\n)`,
      "gu",
    ),
    lengthOf: when(isFullName),
  },
  {
    kind: "name",
    needs: "nothing",
    expression:
      /(?<!\p{L})(?:[Mm]y name is|[Mm]y name['’]s|[Ii] am called|[Dd]ear|[Hh]i|[Hh]ello) (?<it>\p{L}{2,15}(?: \p{L}{2,15})?)/gu,
    lengthOf: ({ found }) => {
      const [first = "", last = ""] = found.split(" ");
      if (!GIVEN_NAMES.has(first.toLowerCase())) return 0;
      return /^\p{Lu}/u.test(last) && !NOT_SURNAMES.has(last.toLowerCase()) ? found.length : first.length;
    },
  },
  {
    kind: "name",
    needs: "han",
    expression: new RegExp(
      `(?:姓名(?:是|为)?|患者(?=[：:])|病人(?=[：:])|联系人|收件人|我叫|名叫|名字是)[：: ]{0,2}(?<it>(?:[${CHINESE_SURNAMES}]|欧阳|司马|上官|诸葛|高|方|任|安|白|江|万|段|文)\\p{Script=Han}{1,2})(?!\\p{Script=Han})`,
      "gu",
    ),
  },
  {
    kind: "name",
    needs: "han",
    expression: new RegExp(
      `(?<![任如])(?<it>[${CHINESE_SURNAMES}]\\p{Script=Han}{0,2}?)(?:先生|女士|小姐|医生|大夫|护士|教授|主任|老师|太太|同学)`,
      "gu",
    ),
  },
  {
    kind: "name",
    needs: "han",
    expression:
      /(?:(?:氏名|名前)(?:は|：|:) ?(?<it>[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{2,4}?[ 　]?[\p{Script=Han}\p{Script=Katakana}]{0,4})(?=です|と|。|、|,|\s|$))/gu,
  },
  {
    kind: "name",
    needs: "hangul",
    expression: /(?:이름은|성명 ?[:은]|이름:) ?(?<it>\p{Script=Hangul}{2,4}?)(?=입니다|이고|이며|[,. \n]|$)/gu,
  },
];
