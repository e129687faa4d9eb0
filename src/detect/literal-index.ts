/**
 * Aho-Corasick over lower-cased ASCII: which of many literals stand in a text, in one pass whatever their number.
 * Characters above 127 never belong to a literal (rules with such literals give none).
 */
export interface LiteralIndex {
  /** Calls `hit` with the number of each literal that occurs, possibly more than once. */
  scan(text: string, hit: (literal: number) => void): void;
}

interface Node {
  readonly next: Map<number, number>;
  fail: number;
  out: number[];
}

export function indexLiterals(literals: readonly string[]): LiteralIndex {
  const nodes = buildTrie(literals);
  linkFailures(nodes);
  const table = new Int32Array(nodes.length * 128);
  fillTable(nodes, table);
  const outputs = nodes.map((node) => (node.out.length === 0 ? null : node.out));
  return {
    scan(text, hit) {
      let state = 0;
      for (let i = 0; i < text.length; i++) {
        let code = text.charCodeAt(i);
        if (code >= 65 && code <= 90) code += 32;
        state = code < 128 ? (table[state * 128 + code] as number) : 0;
        const out = outputs[state];
        if (out !== null && out !== undefined) for (const literal of out) hit(literal);
      }
    },
  };
}

function buildTrie(literals: readonly string[]): Node[] {
  const nodes: Node[] = [{ next: new Map(), fail: 0, out: [] }];
  literals.forEach((literal, number) => {
    let at = 0;
    for (const char of literal) {
      const code = char.charCodeAt(0);
      const node = nodes[at] as Node;
      let next = node.next.get(code);
      if (next === undefined) {
        next = nodes.length;
        nodes.push({ next: new Map(), fail: 0, out: [] });
        node.next.set(code, next);
      }
      at = next;
    }
    (nodes[at] as Node).out.push(number);
  });
  return nodes;
}

/** Breadth first: a node's failure link is the longest proper suffix that is also a prefix. */
function linkFailures(nodes: Node[]): void {
  const queue: number[] = [...(nodes[0] as Node).next.values()];
  for (let head = 0; head < queue.length; head++) {
    const at = queue[head] as number;
    const node = nodes[at] as Node;
    for (const [code, child] of node.next) {
      queue.push(child);
      let fail = node.fail;
      while (fail !== 0 && !(nodes[fail] as Node).next.has(code)) fail = (nodes[fail] as Node).fail;
      const link = (nodes[fail] as Node).next.get(code) ?? 0;
      (nodes[child] as Node).fail = link;
      (nodes[child] as Node).out.push(...(nodes[link] as Node).out);
    }
  }
}

function fillTable(nodes: readonly Node[], table: Int32Array): void {
  const order: number[] = [0];
  for (let head = 0; head < order.length; head++) {
    const at = order[head] as number;
    const node = nodes[at] as Node;
    for (let code = 0; code < 128; code++) {
      const child = node.next.get(code);
      if (child !== undefined) order.push(child);
      table[at * 128 + code] = child ?? (at === 0 ? 0 : (table[node.fail * 128 + code] as number));
    }
  }
}
