// An area drawn on the map, corner by corner: a click or Enter on the map sets one.
import type { Place } from '../map/scale';

class Drawing {
  on = $state(false);
  corners = $state.raw<[number, number][]>([]);
  /** Whether the finished area is what is asked about. */
  used = $state(false);

  readonly done = $derived(!this.on && this.corners.length >= 3);
  readonly shown = $derived(this.on || (this.used && this.done));
  readonly geometry = $derived.by((): GeoJSON.Geometry | null => {
    const { corners } = this;
    if (corners.length === 0) return null;
    if (corners.length === 1) return { type: 'Point', coordinates: corners[0]! };
    if (corners.length === 2) return { type: 'LineString', coordinates: corners };
    return { type: 'Polygon', coordinates: [[...corners, corners[0]!]] };
  });
  /** The finished area as WKT, degrees. */
  readonly wkt = $derived(this.done ? wktOf([...this.corners, this.corners[0]!]) : null);

  start(): void {
    this.corners = [];
    this.on = true;
  }
  add(place: Place): void {
    this.corners = [...this.corners, [place.lng, place.lat]];
  }
  undo(): void {
    this.corners = this.corners.slice(0, -1);
  }
  finish(): void {
    this.on = false;
  }
  forget(): void {
    this.on = false;
    this.corners = [];
  }
}

export const wktOf = (ring: [number, number][]) => `POLYGON((${ring.map(([x, y]) => `${Number(x.toFixed(6))} ${Number(y.toFixed(6))}`).join(',')}))`;

export const drawing = new Drawing();
