// A tree of terms as the list of its visible rows, which is what a keyboard and a screen reader walk through.
import type { Branch } from './types';

export interface Row {
  branch: Branch;
  level: number;
  /** Place among the branches of the same parent, from 1. */
  place: number;
  of: number;
  parent: string | null;
}

/** Kinds of rocks have many levels that stand above one thing only; that thing takes their place. Periods keep theirs: a reader looks for
    them. */
export function short(branches: Branch[], by: string): Branch[] {
  if (by === 'age') return branches;
  const one = (b: Branch): Branch => (!b.is_class && b.below.length === 1 ? one(b.below[0]!) : { ...b, below: b.below.map(one) });
  return branches.map(one);
}

/** Branches that stand above everything and tell nothing apart: the row begins below them. */
export function tops(branches: Branch[]): Branch[] {
  const only = branches.length === 1 && !branches[0]!.is_class && branches[0]!.below.length > 0;
  return only ? tops(branches[0]!.below) : branches;
}

export function rowsOf(branches: Branch[], isOpen: (branch: Branch) => boolean, level = 1, parent: string | null = null): Row[] {
  return branches.flatMap((branch, i) => {
    const row: Row = { branch, level, place: i + 1, of: branches.length, parent };
    return branch.below.length > 0 && isOpen(branch) ? [row, ...rowsOf(branch.below, isOpen, level + 1, branch.id)] : [row];
  });
}

/** Which branches are open at first: level by level, while the list stays short. */
export function openAtFirst(branches: Branch[], most: number): Set<string> {
  const open = new Set<string>();
  let level = branches;
  let rows = branches.length;
  while (level.length > 0) {
    const next = level.flatMap((b) => b.below);
    if (next.length === 0 || rows + next.length > most) break;
    for (const b of level) if (b.below.length > 0) open.add(b.id);
    rows += next.length;
    level = next;
  }
  return open;
}

/** Terms of a whole tree with the counts of what is in view; terms that are not in view have none. */
export function withCounts(whole: Branch[], view: Branch[]): Branch[] {
  const counts = new Map<string, Branch>();
  const gather = (b: Branch): void => {
    counts.set(b.id, b);
    b.below.forEach(gather);
  };
  view.forEach(gather);
  const merge = (b: Branch): Branch => ({ ...b, rows: counts.get(b.id)?.rows ?? 0, rows_below: counts.get(b.id)?.rows_below ?? 0, below: b.below.map(merge) });
  return whole.map(merge);
}
