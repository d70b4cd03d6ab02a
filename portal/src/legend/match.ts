// Which legend item a feature belongs to: evaluates the small part of CQL2 text that legends use.
// Anything not understood matches nothing.
import type { Legend, LegendItem } from '../api/types';

type Row = Record<string, unknown>;
type Test = (row: Row) => boolean;
type Value = string | number | boolean | null;

const TOKEN = /\s*(?:('(?:[^']|'')*')|("(?:[^"]|"")*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(<=|>=|<>|=|<|>|\(|\)|,)|([\p{L}_][\p{L}\p{N}_.:-]*))/uy;

interface Token {
  kind: 'text' | 'name' | 'number' | 'sign' | 'end';
  value: string;
}

function tokens(text: string): Token[] | null {
  const list: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const m = TOKEN.exec(text);
    if (!m) return null;
    if (m[1] !== undefined) list.push({ kind: 'text', value: m[1].slice(1, -1).replaceAll("''", "'") });
    else if (m[2] !== undefined) list.push({ kind: 'name', value: m[2].slice(1, -1).replaceAll('""', '"') });
    else if (m[3] !== undefined) list.push({ kind: 'number', value: m[3] });
    else if (m[4] !== undefined) list.push({ kind: 'sign', value: m[4] });
    else list.push({ kind: 'name', value: m[5]! });
  }
  return list;
}

class NotUnderstood extends Error {}

export function compile(text: string): Test | null {
  const list = tokens(text);
  if (!list) return null;
  let at = 0;
  const peek = (): Token => list[at] ?? { kind: 'end', value: '' };
  const word = (...words: string[]) => peek().kind === 'name' && words.includes(peek().value.toUpperCase());
  const sign = (value: string) => peek().kind === 'sign' && peek().value === value;
  const need = (ok: boolean): Token => {
    if (!ok) throw new NotUnderstood();
    return list[at++]!;
  };
  const literal = (): Value => {
    const token = need(true);
    if (!token) throw new NotUnderstood();
    if (token.kind === 'text') return token.value;
    if (token.kind === 'number') return Number(token.value);
    const upper = token.value.toUpperCase();
    if (upper === 'TRUE' || upper === 'FALSE') return upper === 'TRUE';
    throw new NotUnderstood();
  };
  const compare = (a: unknown, b: Value): number | null => {
    if (a === null || a === undefined || b === null) return null;
    if (typeof b === 'number') {
      const n = typeof a === 'number' ? a : Number(a);
      return Number.isNaN(n) ? null : n - b;
    }
    const s = String(a);
    return s === String(b) ? 0 : s < String(b) ? -1 : 1;
  };
  const either = (): Test => {
    let left = both();
    while (word('OR')) {
      at++;
      const [a, b] = [left, both()];
      left = (row) => a(row) || b(row);
    }
    return left;
  };
  const both = (): Test => {
    let left = single();
    while (word('AND')) {
      at++;
      const [a, b] = [left, single()];
      left = (row) => a(row) && b(row);
    }
    return left;
  };
  const single = (): Test => {
    if (word('NOT')) {
      at++;
      const inner = single();
      return (row) => !inner(row);
    }
    if (sign('(')) {
      at++;
      const inner = either();
      need(sign(')'));
      return inner;
    }
    const name = need(peek().kind === 'name').value;
    let not = false;
    if (word('NOT')) {
      at++;
      not = true;
    }
    if (word('IN')) {
      at++;
      need(sign('('));
      const values = [literal()];
      while (sign(',')) {
        at++;
        values.push(literal());
      }
      need(sign(')'));
      return (row) => values.some((v) => compare(row[name], v) === 0) !== not;
    }
    if (word('BETWEEN')) {
      at++;
      const low = literal();
      need(word('AND'));
      const high = literal();
      return (row) => {
        const [a, b] = [compare(row[name], low), compare(row[name], high)];
        return a !== null && b !== null && (a >= 0 && b <= 0) !== not;
      };
    }
    if (not) throw new NotUnderstood();
    if (word('IS')) {
      at++;
      const negated = word('NOT');
      if (negated) at++;
      need(word('NULL'));
      return (row) => (row[name] === null || row[name] === undefined) !== negated;
    }
    const operator = need(peek().kind === 'sign').value;
    const value = literal();
    const tests: Record<string, (order: number) => boolean> = { '=': (o) => o === 0, '<>': (o) => o !== 0, '<': (o) => o < 0, '>': (o) => o > 0, '<=': (o) => o <= 0, '>=': (o) => o >= 0 };
    const test = tests[operator];
    if (!test) throw new NotUnderstood();
    return (row) => {
      const order = compare(row[name], value);
      return order !== null && test(order);
    };
  };
  try {
    const test = either();
    return at === list.length ? test : null;
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}

const compiled = new Map<string, Test | null>();

export function itemOf(legend: Legend | null, row: Row): LegendItem | null {
  if (!legend) return null;
  for (const item of legend.items) {
    if (!item.filter) continue;
    if (!compiled.has(item.filter)) compiled.set(item.filter, compile(item.filter));
    if (compiled.get(item.filter)?.(row)) return item;
  }
  return legend.items.length === 1 ? legend.items[0]! : null;
}
