// Focal mechanisms as beachballs: the lower hemisphere of the focal sphere in equal-area projection, quadrants of compression filled.
// A ball is drawn from its moment tensor, so that a double couple is only the usual case. Axes: x north, y east, z down (Aki and
// Richards, Quantitative Seismology, 2nd edition, chapter 4, equations 4.91 and box 4.4).
import type { Mechanism } from './types';

/** Mxx, Myy, Mzz, Mxy, Mxz, Myz. */
export type Tensor = [number, number, number, number, number, number];

export function tensorOf({ strike, dip, rake }: Mechanism): Tensor {
  const [s, d, r] = [strike, dip, rake].map((x) => (x * Math.PI) / 180) as [number, number, number];
  const [sd, cd, s2d, c2d] = [Math.sin(d), Math.cos(d), Math.sin(2 * d), Math.cos(2 * d)];
  const [sr, cr] = [Math.sin(r), Math.cos(r)];
  const [ss, cs, s2s, c2s] = [Math.sin(s), Math.cos(s), Math.sin(2 * s), Math.cos(2 * s)];
  return [
    -(sd * cr * s2s + s2d * sr * ss * ss),
    sd * cr * s2s - s2d * sr * cs * cs,
    s2d * sr,
    sd * cr * c2s + 0.5 * s2d * sr * s2s,
    -(cd * cr * cs + c2d * sr * ss),
    -(cd * cr * ss - c2d * sr * cs),
  ];
}

/** A tensor as catalogues of centroid moment tensors give it: r up, t south, p east. */
export const tensorOfRtp = (mrr: number, mtt: number, mpp: number, mrt: number, mrp: number, mtp: number): Tensor => [mtt, mpp, mrr, -mtp, mrt, -mrp];

/** How the first motion leaves in a direction: positive outwards, which is compression. */
export function motion([xx, yy, zz, xy, xz, yz]: Tensor, [x, y, z]: [number, number, number]): number {
  return xx * x * x + yy * y * y + zz * z * z + 2 * (xy * x * y + xz * x * z + yz * y * z);
}

/** The direction that a place on the unit disk stands for: x right is east, y up is north. */
export function direction(right: number, up: number): [number, number, number] {
  const radius = Math.min(1, Math.hypot(right, up));
  const fall = 2 * Math.asin(radius / Math.SQRT2);
  const azimuth = Math.atan2(right, up);
  return [Math.sin(fall) * Math.cos(azimuth), Math.sin(fall) * Math.sin(azimuth), Math.cos(fall)];
}

/** The ball as pixels, smoothed by four samples a pixel each way. */
export function ball(mechanism: Mechanism, size: number, fill: [number, number, number]): ImageData {
  const tensor = tensorOf(mechanism);
  const image = new ImageData(size, size);
  const radius = size / 2 - 0.5;
  const rim = Math.max(1, size / 22);
  const SUB = 4;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let [inside, dark, line] = [0, 0, 0];
      for (let k = 0; k < SUB * SUB; k++) {
        const right = column + ((k % SUB) + 0.5) / SUB - size / 2;
        const up = size / 2 - (row + (Math.floor(k / SUB) + 0.5) / SUB);
        const far = Math.hypot(right, up);
        if (far > radius) continue;
        inside++;
        if (far > radius - rim) line++;
        else if (motion(tensor, direction(right / (radius - rim), up / (radius - rim))) > 0) dark++;
      }
      const white = inside - dark - line;
      const mix = (part: number, ink: number) => (inside ? (dark * part + white * 255 + line * ink) / inside : 0);
      image.data.set([mix(fill[0], 27), mix(fill[1], 30), mix(fill[2], 35), (inside / (SUB * SUB)) * 255], (row * size + column) * 4);
    }
  return image;
}

/** What kind of faulting it is, by the plunge of its axes: |rake| of the plane decides (Wallace 1951). */
export function faulting({ rake }: Mechanism): 'thrust' | 'normal' | 'strikeSlip' | 'oblique' {
  const r = ((((rake + 180) % 360) + 360) % 360) - 180;
  if (r >= 60 && r <= 120) return 'thrust';
  if (r <= -60 && r >= -120) return 'normal';
  return Math.abs(r) <= 30 || Math.abs(r) >= 150 ? 'strikeSlip' : 'oblique';
}
