// The part of the address after "#": where the map is, what is on and how strong, in which language.
//   #map=11/35.5833/136.8750&layers=places,gsj-mino-units:0.9&base=paper&lang=ja
// Of mapped geology also what a layer is coloured by, which terms are shown alone, and what was asked:
//   #layers=gsj-mino-units:0.9:age&only=age:Jurassic,Triassic&age=Jurassic&relation=within&role=deposition&rock=limestone&main=1
import { NO_QUESTION, RELATIONS, ROLES, type Question, type Relation } from '../geology/types';

export interface Permalink {
  at?: { zoom: number; lat: number; lng: number };
  /** Layers that are on, with their opacity where it is not the map's own. */
  layers?: Map<string, number | null>;
  base?: 'map' | 'paper';
  lang?: string;
  /** What layers are coloured by, where it is not the map's own. */
  colours?: Map<string, string>;
  /** Terms that are shown alone, by kind. */
  only?: Record<string, string[]>;
  question?: Question;
  /** Layers of other services, as `external/link.ts` writes them. */
  external?: string;
  /** What is asked of events, as `hazard/address.ts` writes it. */
  hazard?: string;
}

export function readPermalink(hash: string): Permalink {
  const link: Permalink = {};
  for (const part of hash.replace(/^#/, '').split('&')) {
    const cut = part.indexOf('=');
    if (cut < 0) continue;
    const [name, value] = [part.slice(0, cut), part.slice(cut + 1)];
    if (name === 'map') {
      const [zoom, lat, lng] = value.split('/').map((text) => (text === '' ? NaN : Number(text)));
      if ([zoom, lat, lng].every((n) => Number.isFinite(n)) && Math.abs(lat!) <= 90) link.at = { zoom: Math.max(0, Math.min(22, zoom!)), lat: lat!, lng: lng! };
    } else if (name === 'layers') {
      link.layers = new Map();
      for (const entry of value.split(',').filter(Boolean)) {
        const [id, opacity, colour] = entry.split(':');
        if (colour) (link.colours ??= new Map()).set(decode(id ?? ''), decode(colour));
        const strength = opacity === undefined || opacity === '' ? NaN : Number(opacity);
        link.layers.set(decode(id ?? ''), Number.isFinite(strength) ? Math.max(0, Math.min(1, strength)) : null);
      }
    } else if (name === 'base') {
      link.base = value === 'paper' ? 'paper' : 'map';
    } else if (name === 'lang' && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(value)) {
      link.lang = value;
    } else if (name === 'ext') {
      link.external = value;
    } else if (name === 'hz') {
      link.hazard = value;
    } else readGeology(link, name, value);
  }
  return link;
}

/** Words about geology; what is not understood is left out. */
function readGeology(link: Permalink, name: string, value: string): void {
  const question = () => (link.question ??= { ...NO_QUESTION });
  if (name === 'only') {
    for (const part of value.split(';')) {
      const [by, ids] = part.split(':');
      const terms = (ids ?? '').split(',').filter(Boolean).map(decode);
      if (by && terms.length > 0) (link.only ??= {})[decode(by)] = terms;
    }
  } else if (name === 'age') question().age = decode(value);
  else if (name === 'rock') question().rock = decode(value);
  else if (name === 'main') question().main = value === '1';
  else if (name === 'relation' && RELATIONS.includes(value as Relation)) question().relation = value as Relation;
  else if (name === 'role' && (ROLES as readonly string[]).includes(value)) question().role = value;
}

function writeGeology({ only = {}, question = NO_QUESTION }: Pick<Permalink, 'only' | 'question'>): string[] {
  const parts: string[] = [];
  const alone = Object.entries(only).filter(([, ids]) => ids.length > 0);
  if (alone.length > 0) parts.push(`only=${alone.map(([by, ids]) => `${encodeURIComponent(by)}:${ids.map(encodeURIComponent).join(',')}`).join(';')}`);
  if (question.age) parts.push(`age=${encodeURIComponent(question.age)}`);
  if (question.age && question.relation !== NO_QUESTION.relation) parts.push(`relation=${question.relation}`);
  if (question.age && question.role !== NO_QUESTION.role) parts.push(`role=${question.role}`);
  if (question.rock) parts.push(`rock=${encodeURIComponent(question.rock)}`);
  if (question.rock && question.main) parts.push('main=1');
  return parts;
}

type Written = 'layers' | 'base' | 'lang';
export function writePermalink(link: Required<Pick<Permalink, Written>> & Omit<Permalink, Written>): string {
  const parts: string[] = [];
  if (link.at) {
    // Enough figures that a step of the last one is under a pixel.
    const figures = Math.max(2, Math.ceil(link.at.zoom / 3.3) + 2);
    parts.push(`map=${trim(link.at.zoom, 2)}/${link.at.lat.toFixed(figures)}/${link.at.lng.toFixed(figures)}`);
  }
  parts.push(`layers=${[...link.layers].map(([id, opacity]) => `${encodeURIComponent(id)}${strength(opacity, link.colours?.get(id))}`).join(',')}`);
  if (link.base === 'paper') parts.push('base=paper');
  parts.push(...writeGeology(link));
  if (link.external) parts.push(`ext=${link.external}`);
  if (link.hazard) parts.push(`hz=${link.hazard}`);
  parts.push(`lang=${link.lang}`);
  return `#${parts.join('&')}`;
}

const strength = (opacity: number | null, colour: string | undefined) =>
  colour === undefined ? (opacity === null ? '' : `:${trim(opacity, 2)}`) : `:${opacity === null ? '' : trim(opacity, 2)}:${encodeURIComponent(colour)}`;
const trim = (n: number, figures: number) => String(Number(n.toFixed(figures)));

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
