// The part of the address after "#": where the map is, what is on and how strong, in which language.
//   #map=11/35.5833/136.8750&layers=places,gsj-mino-units:0.9&base=paper&lang=ja

export interface Permalink {
  at?: { zoom: number; lat: number; lng: number };
  /** Layers that are on, with their opacity where it is not the map's own. */
  layers?: Map<string, number | null>;
  base?: 'map' | 'paper';
  lang?: string;
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
        const [id, opacity] = entry.split(':');
        const strength = opacity === undefined || opacity === '' ? NaN : Number(opacity);
        link.layers.set(decode(id ?? ''), Number.isFinite(strength) ? Math.max(0, Math.min(1, strength)) : null);
      }
    } else if (name === 'base') {
      link.base = value === 'paper' ? 'paper' : 'map';
    } else if (name === 'lang' && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(value)) {
      link.lang = value;
    }
  }
  return link;
}

export function writePermalink(link: Required<Omit<Permalink, 'at'>> & Pick<Permalink, 'at'>): string {
  const parts: string[] = [];
  if (link.at) {
    // Enough figures that a step of the last one is under a pixel.
    const figures = Math.max(2, Math.ceil(link.at.zoom / 3.3) + 2);
    parts.push(`map=${trim(link.at.zoom, 2)}/${link.at.lat.toFixed(figures)}/${link.at.lng.toFixed(figures)}`);
  }
  parts.push(`layers=${[...link.layers].map(([id, opacity]) => `${encodeURIComponent(id)}${opacity === null ? '' : `:${trim(opacity, 2)}`}`).join(',')}`);
  if (link.base === 'paper') parts.push('base=paper');
  parts.push(`lang=${link.lang}`);
  return `#${parts.join('&')}`;
}

const trim = (n: number, figures: number) => String(Number(n.toFixed(figures)));

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
