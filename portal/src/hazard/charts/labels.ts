// Words beside marks of a drawing: those that come first are placed, others where room is left between the sides of the drawing.
export interface Label {
  x: number;
  y: number;
  said: string;
  /** Whether the word stands left of its mark. */
  end: boolean;
}

const LETTER = 6.2;
const LINE = 12;
const GAP = 8;

export function placed(wished: { x: number; y: number; said: string }[], left: number, right: number): Label[] {
  const boxes: [number, number, number][] = [];
  const kept: Label[] = [];
  for (const { x, y, said } of wished) {
    const length = said.length * LETTER;
    const sides = x + GAP + length > right ? [true] : [false, true];
    for (const end of sides) {
      const from = end ? x - GAP - length : x + GAP;
      if (from < left || boxes.some(([start, to, at]) => from < to + 4 && from + length > start - 4 && Math.abs(at - y) < LINE)) continue;
      boxes.push([from, from + length, y], [x - GAP, x + GAP, y]);
      kept.push({ x, y, said, end });
      break;
    }
  }
  return kept;
}
