// The line of geologic time as a slider has it: every period takes the same room, for people speak of periods, not of years.
import type { Term } from './types';

export const STEPS = 1000;
/** How near a hand comes to the end of a period that it means. */
const SNAP = 0.12;

export interface Line {
  bands: Term[];
  /** Ages of the ends of bands, from old to young, in Ma. */
  ends: number[];
}

export function lineOf(bands: Term[]): Line | null {
  if (bands.length < 2) return null;
  return { bands, ends: [...bands.map((b) => b.older_ma), bands.at(-1)!.younger_ma] };
}

/** The place of an age on the line, 0 is the oldest. */
export function placeOf(line: Line, age: number): number {
  const { ends } = line;
  const last = ends.length - 1;
  if (age >= ends[0]!) return 0;
  if (age <= ends[last]!) return STEPS;
  const i = ends.findIndex((end, k) => k < last && age <= end && age >= ends[k + 1]!);
  const share = (ends[i]! - age) / (ends[i]! - ends[i + 1]!);
  return Math.round(((i + share) / last) * STEPS);
}

/** The age at a place; near the end of a band, with `snap` bands of tolerance, it is that end. */
export function ageAt(line: Line, place: number, snap = SNAP): number {
  const { ends } = line;
  const last = ends.length - 1;
  const x = (place / STEPS) * last;
  const near = Math.round(x);
  if (Math.abs(x - near) < snap) return ends[near]!;
  const i = Math.floor(x);
  const age = ends[i]! - (x - i) * (ends[i]! - ends[i + 1]!);
  return age >= 10 ? Math.round(age) : Math.round(age * 100) / 100;
}
