// What every chart hands to its frame.
export interface Mark {
  x: number;
  y: number;
  text: string;
  /** The event it stands for, where it stands for one. */
  id?: string;
}
export interface Table {
  head: string[];
  rows: (string | number)[][];
}
export interface Room {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}
export const room = (width: number, height: number, left = 48): Room => ({ width, height, left, right: width - 12, top: 24, bottom: height - 34 });

/** The drawing as a file of its own: ink on white, in the type that programs have. */
export function svgText(svg: SVGSVGElement, title: string, source: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  for (const gone of copy.querySelectorAll('[data-live]')) gone.remove();
  const [width, height] = [svg.clientWidth, svg.clientHeight];
  const NS = 'http://www.w3.org/2000/svg';
  copy.setAttribute('xmlns', NS);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height + 44));
  copy.setAttribute('viewBox', `0 -24 ${width} ${height + 44}`);
  copy.setAttribute('font-family', 'Noto Sans, Arial, sans-serif');
  copy.setAttribute('color', '#1b1e23');
  for (const name of ['class', 'tabindex', 'role', 'aria-label', 'style', 'aria-describedby']) copy.removeAttribute(name);
  for (const element of copy.querySelectorAll('[class]')) element.removeAttribute('class');
  const put = (name: string, attributes: Record<string, string | number>, text = '') => {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.textContent = text;
    return element;
  };
  copy.prepend(put('title', {}, title), put('rect', { x: 0, y: -24, width, height: height + 44, fill: '#fff' }), put('text', { x: 8, y: -6, 'font-size': 13, 'font-weight': 600, fill: '#1b1e23' }, title));
  copy.append(put('text', { x: 8, y: height + 12, 'font-size': 9, fill: '#4b4f56' }, source));
  return new XMLSerializer().serializeToString(copy);
}
