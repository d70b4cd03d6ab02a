// WMTS: only sets in the grid of web maps (GoogleMapsCompatible) can be drawn here.
import { serviceAddress } from './ask';
import { query } from './addresses';
import { blank, childOf, childrenOf, hrefOf, sound, textOf } from './read';
import { hostOf, type Offer, type Service } from './types';

/** Scale denominator of level 0 of 256-pixel tiles, and the corner of the grid, metres (OGC 07-057r7, E.4). */
const LEVEL_0 = 559082264.0287178;
const CORNER = 20037508.342789;

interface Grid {
  name: string;
  /** Names of levels, by number; only whole plain numbers can stand in a template. */
  prefix: string;
}

/** The set when its levels are those of web maps: by what it says of itself, not by its name alone. */
function gridOf(set: Element): Grid | null {
  const levels = childrenOf(set, 'TileMatrix');
  if (!/(3857|900913|102100)$/.test(textOf(set, 'SupportedCRS'))) return null;
  let prefix: string | null = null;
  for (const level of levels) {
    const id = textOf(level, 'Identifier');
    const number = /^(.*?)(\d+)$/.exec(id);
    const z = Math.log2(LEVEL_0 / Number(textOf(level, 'ScaleDenominator')));
    const [x, y] = textOf(level, 'TopLeftCorner').split(' ').map(Number);
    const fits = number && Math.abs(z - Number(number[2])) < 0.001 && Math.abs(x! + CORNER) < 1 && Math.abs(y! - CORNER) < 1 && textOf(level, 'TileWidth') === '256';
    if (!fits || String(Number(number[2])) !== number[2] || (prefix !== null && prefix !== number[1])) return null;
    prefix = number[1]!;
  }
  return prefix === null ? null : { name: textOf(set, 'Identifier'), prefix };
}

export function wmtsOf(root: Element, base: string): Service {
  const contents = childOf(root, 'Contents');
  const grids = childrenOf(contents, 'TileMatrixSet').flatMap((set) => gridOf(set) ?? []);
  const operation = childrenOf(childOf(root, 'OperationsMetadata'), 'Operation').find((o) => o.getAttribute('name') === 'GetTile');
  const gets = childrenOf(childOf(operation, 'DCP', 'HTTP'), 'Get');
  const kvp = gets.find((get) => /KVP/i.test(get.textContent ?? '')) ?? (gets.length === 1 && !/REST/i.test(gets[0]!.textContent ?? '') ? gets[0] : undefined);
  const provider = textOf(root, 'ServiceProvider', 'ProviderName');
  const offers = childrenOf(contents, 'Layer').map((node): Offer => {
    const name = textOf(node, 'Identifier');
    const sets = childrenOf(node, 'TileMatrixSetLink').map((link) => textOf(link, 'TileMatrixSet'));
    const grid = grids.find((g) => sets.includes(g.name));
    const styles = childrenOf(node, 'Style');
    const style = styles.find((s) => s.getAttribute('isDefault') === 'true') ?? styles[0];
    const formats = childrenOf(node, 'Format').map((f) => f.textContent?.trim() ?? '');
    const format = ['image/png', 'image/webp', 'image/jpeg'].find((f) => formats.includes(f)) ?? formats.find((f) => f.startsWith('image/')) ?? '';
    const styleName = textOf(style, 'Identifier');
    const rest = childrenOf(node, 'ResourceURL').find((r) => r.getAttribute('resourceType') === 'tile' && r.getAttribute('format') === format)?.getAttribute('template');
    const url = !grid ? '' : rest ? fromTemplate(rest, node, grid, styleName, base) : fromQuery(serviceAddress(hrefOf(kvp), base), name, styleName, format, grid);
    const box = childOf(node, 'WGS84BoundingBox');
    const corner = (which: string) => textOf(box, which).split(' ').map(Number);
    const legend = serviceAddress(hrefOf(childOf(style, 'LegendURL')), base);
    return {
      layer: { ...blank('WMTS', base), url, name, title: textOf(node, 'Title') || name, version: '1.0.0', style: styleName, format, attribution: provider, legend },
      bbox: sound([...corner('LowerCorner'), ...corner('UpperCorner')]),
      depth: 0,
      hindrance: grid ? (format && url ? '' : 'externalNoPictures') : 'externalNoGrid',
    };
  });
  return { title: textOf(root, 'ServiceIdentification', 'Title') || hostOf(base), offers };
}

function fromTemplate(template: string, node: Element, grid: Grid, style: string, base: string): string {
  let text = template;
  // What else the template asks for (a time, say) is answered with the layer's own default.
  for (const dimension of childrenOf(node, 'Dimension')) text = text.replaceAll(`{${textOf(dimension, 'Identifier')}}`, encodeURIComponent(textOf(dimension, 'Default')));
  text = text.replace(/\{style\}/gi, encodeURIComponent(style)).replace(/\{TileMatrixSet\}/gi, encodeURIComponent(grid.name));
  return placed(serviceAddress(text.replace(/\{TileMatrix\}/gi, `${encodeURIComponent(grid.prefix)}{z}`).replace(/\{TileRow\}/gi, '{y}').replace(/\{TileCol\}/gi, '{x}'), base));
}

function fromQuery(url: string, name: string, style: string, format: string, grid: Grid): string {
  if (!url) return '';
  return placed(query(url, { SERVICE: 'WMTS', VERSION: '1.0.0', REQUEST: 'GetTile', LAYER: name, STYLE: style, FORMAT: format, TILEMATRIXSET: grid.name, TILEMATRIX: `${grid.prefix}{z}`, TILEROW: '{y}', TILECOL: '{x}' }));
}

/** The places for level, row and column, which addresses write encoded. */
export const placed = (url: string) => url.replace(/%7B([zxy])%7D/gi, '{$1}');
