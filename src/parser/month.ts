/**
 * Abbreviated months as glibc's locales write them (localedata/locales, `abmon`), because journalctl and dmesg -T
 * print with the locale of the person who ran them. English first; only names that mean one month everywhere
 * (Croatian `lip` is June, Polish `lip` July: left out), and only names that begin with an ASCII letter.
 */
const NAMES: readonly string[] = [
  'jan jän janv ene gen sty', // en de de_AT fr es it pl
  'feb fev févr lut', // en pt fr pl
  'mar mär mars mrt', // en es it pt pl, de, fr sv, nl
  'apr avril abr kwi', // en, fr, es pt, pl
  'may mai mei mag maj', // en es, de fr pt, nl, it, sv da pl
  'jun juin giu cze', // en, fr, it, pl
  'jul juil lug', // en, fr, it
  'aug août ago sie', // en, fr, es it pt, pl
  'sep sept set wrz', // en, fr es, it pt, pl
  'oct okt ott out paź', // en fr es, de nl sv, it, pt, pl
  'nov lis', // nearly all, pl
  'dec dez déc dic gru', // en, de pt, fr, es it, pl
];

const MONTHS: ReadonlyMap<string, number> = new Map(
  NAMES.flatMap((names, index) => names.split(' ').map((name): [string, number] => [name, index])),
);

/** The twelve that stand in nearly every line, by their exact spelling: no lower-casing, no second lookup. */
const ENGLISH: ReadonlyMap<string, number> = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, index) => [
    name,
    index,
  ]),
);

/** 0-11, or null. Any case, with or without the point French and Dutch locales append. */
export function monthIndex(name: string): number | null {
  const english = ENGLISH.get(name);
  if (english !== undefined) return english;
  const plain = name.endsWith('.') ? name.slice(0, -1) : name;
  return MONTHS.get(plain.toLowerCase()) ?? null;
}
