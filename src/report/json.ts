/** JSON.stringify leaves DEL, C1 and bidi controls as they are; a terminal would obey them. */
const RAW = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

export function toJson(report: object): string {
  const text = JSON.stringify(report, null, 2);
  return `${text.replace(RAW, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
