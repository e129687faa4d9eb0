export type NumberOperator = 'lt' | 'lte' | 'gt' | 'gte';

export function compareNumbers(operator: NumberOperator, left: number, right: number): boolean {
  switch (operator) {
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
  }
}

// "153", "-1.5", "2e6", "0x8000"
const NUMBER = /^\s*(?:[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|0[xX][0-9a-fA-F]+)\s*$/;

/** The number a field's text is, or null: text that is not a number never matches a numeric modifier. */
export function numberOf(text: string): number | null {
  if (!NUMBER.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
