// Words beside marks of a drawing: those that come first are placed, others where room is left between the sides of the drawing.
export interface Label {
  x: number;
  y: number;
  said: string;
  /** Whether the word stands left of its mark. */
  end: boolean;
}

const SIZE = 11;
const LETTER = 6.2;
const LINE = 12;
const GAP = 8;
let ruler: CanvasRenderingContext2D | null = null;
/** How wide words of a drawing are: scripts differ too much for a width by the letter. */
export function widthOf(text: string): number {
  ruler ??= document.createElement('canvas').getContext('2d');
  if (!ruler) return text.length * LETTER;
  ruler.font = `${SIZE}px ${getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(text).width;
}
/** Words side by side after a first one, in as many rows as a width needs. */
export function inRows(words: string[], first: number, width: number, sign: number): { x: number; row: number }[] {
  let [x, row] = [first, 0];
  return words.map((word) => {
    const length = sign + widthOf(word) + 2 * GAP;
    if (x + length > width && x > GAP) [x, row] = [GAP, row + 1];
    x += length;
    return { x: x - length, row };
  });
}

export function placed(wished: { x: number; y: number; said: string }[], left: number, right: number): Label[] {
  const boxes: [number, number, number][] = [];
  const kept: Label[] = [];
  for (const { x, y, said } of wished) {
    const length = widthOf(said);
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
