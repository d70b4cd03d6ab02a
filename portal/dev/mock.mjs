// A stand-in server for developing and testing the viewer: the addresses the viewer uses, with made-up answers.
// Development and tests only. `node dev/mock.mjs [port] [prefix]` serves dist/ and the answers on one loopback port.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fulfils, geologyAnswer, geologyOf, paintOf } from './geology.mjs';
import { EVENT_TABLES, hazardsAnswer } from './hazards.mjs';
import { DIPS, DRAWN, FAULTS, GRID, PLACES, RAMP, SHEET, UNITS, draw, magnetic, outlineOf, swatch, toLat, toLon, unitAt } from './picture.mjs';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const MIME = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.woff2': 'font/woff2', '.svg': 'image/svg+xml', '.txt': 'text/plain; charset=utf-8', '.json': 'application/json' };
export const CSP = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'self'";
/** The page of the viewer alone may ask other services. */
const PAGE_CSP = `${CSP}; connect-src 'self' http: https:`;

const GSJ = { en: 'Geological Survey of Japan, AIST', ja: '産総研地質調査総合センター' };
const CC_BY = { id: 'CC-BY-4.0', title: 'Creative Commons Attribution 4.0', url: 'https://creativecommons.org/licenses/by/4.0/' };
const HOSTILE = '<img src=x onerror="window.pwned=1">';
const sheetBox = [SHEET.west, SHEET.south, SHEET.east, SHEET.north];
const DATASETS = {
  'gsj-mino-strdip': { title: { en: 'Strikes and dips', ja: '走向・傾斜' }, rows: DIPS.length, max: 200000, bbox: sheetBox, credit: GSJ },
  'gsj-mino-faults': { title: { en: 'Faults', ja: '断層' }, rows: FAULTS.length, bbox: sheetBox, credit: GSJ },
  'gsj-mino-units': { title: { en: 'Geological units, Mino, 1:50 000', ja: '5万分の1地質図幅「美濃」地質単元' }, rows: 54, bbox: sheetBox, credit: GSJ },
  'mino-magnetic': { title: { en: 'Total magnetic intensity anomaly', ja: '磁気異常（全磁力）' }, rows: null, bbox: [GRID.west, GRID.south, GRID.east, GRID.north], credit: GSJ },
  places: { title: { en: 'Populated places', ja: '主な地名' }, rows: PLACES.length, bbox: [135, 34, 140, 36], credit: { en: 'Natural Earth', ja: 'Natural Earth' }, licence: { id: 'PDDL-1.0', title: 'Public domain', url: 'https://www.naturalearthdata.com/about/terms-of-use/' } },
  'pacific-quakes': { title: { en: 'Earthquakes, Tonga to Fiji', ja: 'トンガ–フィジーの地震' }, rows: 60, bbox: [165, -25, -160, -5], credit: { en: 'USGS', ja: 'USGS' } },
  ...Object.fromEntries(Object.entries(EVENT_TABLES).map(([id, t]) => [id, { title: t.title, rows: 1000, bbox: [-180, -80, 180, 85], credit: { en: t.credit }, drawnAs: 'pacific-quakes' }])),
  hostile: { title: { en: `Hostile ${HOSTILE}`, ja: `Hostile ${HOSTILE}` }, rows: 1, bbox: sheetBox, credit: { en: HOSTILE, ja: HOSTILE }, drawnAs: 'gsj-mino-units' },
};
const MAPS = {
  mino: {
    title: { en: 'Geology of the Mino district', ja: '美濃地域の地質' },
    description: { en: 'Geological map of Japan 1:50 000, sheet Mino, with magnetics.', ja: '5万分の1地質図幅「美濃」と磁気異常。' },
    view: [136.74, 35.49, 137.01, 35.677],
    layers: [
      { layer: 'places', visible: true },
      { group: { en: 'Geology of the sheet', ja: '図幅の地質' }, open: true, layers: [{ layer: 'gsj-mino-strdip', visible: true }, { layer: 'gsj-mino-faults', visible: true }, { layer: 'gsj-mino-units', visible: true, opacity: 0.9 }] },
      { group: { en: 'Geophysics', ja: '物理探査' }, open: true, layers: [{ layer: 'mino-magnetic', visible: false, opacity: 0.7 }] },
    ],
  },
  pacific: { title: { en: 'Earthquakes across the date line', ja: '日付変更線をまたぐ地震' }, view: [165, -25, -160, -5], layers: [{ layer: 'pacific-quakes', visible: true }] },
  hazards: { title: { en: 'Earthquakes, volcanoes, tsunamis', ja: '地震・火山・津波' }, view: [95, -15, 155, 50], layers: Object.keys(EVENT_TABLES).map((layer) => ({ layer, visible: layer === 'earthquakes' })) },
  hostile: { title: { en: `Hostile ${HOSTILE}`, ja: HOSTILE }, view: sheetBox, layers: [{ layer: 'hostile', visible: true }] },
  empty: { title: { en: 'An empty map', ja: '空の地図' }, view: sheetBox, layers: [] },
};
const say = (texts, lang) => texts[lang] ?? texts.en;

function layerNode(id, extra, lang, root) {
  const d = DATASETS[id];
  return {
    kind: 'layer', id, dataset: id, title: say(d.title, lang), style: 'default', visible: true, opacity: 1, minScaleDenominator: null, maxScaleDenominator: d.max ?? null,
    queryable: true, wmsLayers: id, wmsStyles: 'default', bbox: d.bbox, attribution: say(d.credit, lang), licence: d.licence ?? CC_BY, rows: d.rows,
    legend: `${root}collections/${id}/styles/default/legend?f=json`, page: `${root}d/${id}`, collection: `${root}collections/${id}`, geology: geologyOf(id, lang), ...extra,
  };
}
function mapOf(id, lang, root) {
  const known = MAPS[id] ?? (DATASETS[id] && { title: DATASETS[id].title, view: DATASETS[id].bbox, layers: [{ layer: id }] });
  if (!known) return null;
  const node = (n) => {
    if (n.group) return { kind: 'group', title: say(n.group, lang), open: n.open, layers: n.layers.map(node) };
    const { layer, ...extra } = n;
    return layerNode(layer, extra, lang, root);
  };
  return {
    id, title: say(known.title, lang), description: known.description ? say(known.description, lang) : '', language: lang, base: 'basemap', view: { bbox: known.view },
    layers: known.layers.map(node), attribution: lang === 'ja' ? '背景図：Natural Earth' : 'Base map: Natural Earth', links: [], languages: ['en', 'ja'],
  };
}
function legendOf(id, lang) {
  const other = lang === 'ja' ? 'en' : 'ja';
  const item = (texts, image, filter = null) => ({ label: say(texts, lang), label2: say(texts, other), image, width: 40, height: 20, filter });
  const head = { title: say(DATASETS[id].title, lang), style: 'default', ramp: null };
  switch (id) {
    case 'gsj-mino-units':
      return { ...head, items: UNITS.map((u) => item({ en: u[2], ja: u[3] }, swatch('fill', u[1]), `Symbol = '${u[0]}'`)) };
    case 'gsj-mino-faults':
      return { ...head, items: [item({ en: 'Fault', ja: '断層' }, swatch('line', '#1e1e1e'))] };
    case 'gsj-mino-strdip':
      return { ...head, items: [item({ en: 'Strike and dip of strata', ja: '地層の走向及び傾斜' }, swatch('dip', '#141414'))] };
    case 'mino-magnetic':
      return { ...head, items: [], ramp: { unit: 'nT', stops: RAMP.map(([value, color]) => ({ value, color })) } };
    case 'hostile':
      return { ...head, items: [{ label: HOSTILE, image: 'https://outside.example/x.png', width: 40, height: 20, filter: null }] };
    default:
      return { ...head, items: [item({ en: 'Place', ja: '地名' }, swatch('point', '#1b1e23'))] };
  }
}
function infoAt(id, lon, lat, near, lang) {
  const feature = (n, geometry, properties) => ({ type: 'Feature', id: `${id}.${n}`, layer: id, layerTitle: say(DATASETS[id].title, lang), geometry, properties });
  const nearest = (rows) => rows.map((r) => ({ r, d: Math.hypot(r.lon - lon, r.lat - lat) })).filter((x) => x.d < near).sort((a, b) => a.d - b.d)[0]?.r;
  switch (id) {
    case 'gsj-mino-units': {
      const found = unitAt(lon, lat);
      if (!found) return [];
      const u = UNITS[found.unit];
      return [feature(found.unit + 1, { type: 'Polygon', coordinates: [outlineOf(found.body)] }, {
        MAJOR_CODE: found.unit + 1, MINOR_CODE: 0, LEGEND02: u[5], LEGEND02E: u[4], LEGEND06: u[3], LEGEND06E: u[2], LEGEND08: u[7], LEGEND08E: u[6], Symbol: u[0], area_km2: 12.4 + found.unit, REMARKS: null,
      })];
    }
    case 'gsj-mino-strdip': {
      const d = nearest(DIPS);
      return d ? [feature(d.id, { type: 'Point', coordinates: [d.lon, d.lat] }, { Serial_No: d.id, Strike_Val: d.strike, Dip_Value: d.dip, LEGEND01: '地層の走向及び傾斜', LEGEND01E: 'Strike and dip of strata' })] : [];
    }
    case 'gsj-mino-faults': {
      for (const f of FAULTS)
        for (let i = 1; i < f.points.length; i++) {
          const [[x0, y0], [x1, y1]] = [f.points[i - 1], f.points[i]];
          const t = Math.max(0, Math.min(1, ((lon - x0) * (x1 - x0) + (lat - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)));
          if (Math.hypot(x0 + t * (x1 - x0) - lon, y0 + t * (y1 - y0) - lat) < near) return [feature(f.id, { type: 'LineString', coordinates: f.points }, { name: f.name[0], name_ja: f.name[1], length_km: 23.4 })];
        }
      return [];
    }
    case 'mino-magnetic': {
      const v = magnetic(lon, lat);
      return v === null ? [] : [feature(1, { type: 'Point', coordinates: [lon, lat] }, { anomaly_nT: Math.round(v * 10) / 10 })];
    }
    case 'places': {
      const p = nearest(PLACES);
      return p ? [feature(p.id, { type: 'Point', coordinates: [p.lon, p.lat] }, { name: p.en, name_ja: p.ja, population: p.people })] : [];
    }
    case 'hostile':
      return [feature(1, { type: 'Point', coordinates: [lon, lat] }, { name: HOSTILE, [HOSTILE]: HOSTILE, link: 'javascript:window.pwned=1' })];
    default:
      return [];
  }
}
const SCHEMAS = {
  'gsj-mino-strdip': { Strike_Val: { title: 'Strike', 'x-ogc-unit': '°' }, Dip_Value: { title: 'Dip', 'x-ogc-unit': '°' } },
  'gsj-mino-units': { area_km2: { title: 'Area', 'x-ogc-unit': 'km²' }, Symbol: { title: 'Symbol' } },
  'mino-magnetic': { anomaly_nT: { title: 'Anomaly', 'x-ogc-unit': 'nT' } },
};

/** Starts the server; resolves to { url, close }. `prefix` such as "/geo" proves that relative addresses hold. */
export function startMock({ port = 0, prefix = '' } = {}) {
  const root = `${prefix}/`;
  const server = createServer(async (req, res) => {
    const send = (status, type, body, more = {}) => {
      res.writeHead(status, { 'content-type': type, 'content-security-policy': CSP, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', ...more });
      res.end(body);
    };
    const json = (value, status = 200) => send(status, 'application/json', JSON.stringify(value));
    const page = (title) => send(200, 'text/html; charset=utf-8', `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>`);
    try {
      const url = new URL(req.url, 'http://mock');
      if (!url.pathname.startsWith(root)) return json({ title: 'Not found' }, 404);
      const path = decodeURIComponent(url.pathname.slice(root.length));
      const q = new Map([...url.searchParams].map(([k, v]) => [k.toLowerCase(), v]));
      const lang = (q.get('lang') ?? req.headers['accept-language'] ?? 'en').startsWith('ja') ? 'ja' : 'en';
      let m;
      const told = geologyAnswer(path, q, lang);
      if (told) return typeof told[1] === 'string' ? send(told[0], 'text/csv; charset=utf-8', told[1]) : json(told[1], told[0]);
      const events = hazardsAnswer(path, q, lang, root);
      if (events) return Buffer.isBuffer(events[1]) ? send(200, 'application/octet-stream', events[1]) : typeof events[1] === 'string' ? send(200, MIME['.html'], events[1]) : json(events[1], events[0]);
      if ((m = /^maps\/([^/]+)$/.exec(path))) {
        const map = mapOf(m[1], lang, root);
        return map ? json(map) : json({ title: 'Not found', status: 404, detail: `There is no map called “${m[1]}”.` }, 404);
      }
      if (path === 'maps') return json({ maps: Object.entries(MAPS).map(([id, v]) => ({ id, title: say(v.title, lang), description: '', bbox: v.view, links: [] })), links: [] });
      if (path === 'collections') return json({ collections: Object.entries(DATASETS).map(([id, d]) => ({ id, title: say(d.title, lang), description: '', links: [] })), links: [] });
      if ((m = /^collections\/([^/]+)\/styles\/[^/]+\/legend$/.exec(path)) && DATASETS[m[1]]) return json(legendOf(m[1], lang));
      if ((m = /^collections\/([^/]+)\/schema$/.exec(path)) && DATASETS[m[1]]) return json({ type: 'object', properties: SCHEMAS[m[1]] ?? {} });
      if (path === 'collections/places/items')
        return json({ type: 'FeatureCollection', numberMatched: PLACES.length, features: PLACES.map((p) => ({ type: 'Feature', id: p.id, geometry: { type: 'Point', coordinates: [p.lon, p.lat] }, properties: { name: p.en, name_ja: p.ja, population: p.people } })), links: [] });
      if (path === 'wms' || path === 'ows') {
        const box = q.get('bbox').split(',').map(Number);
        const [w, h] = [Number(q.get('width')), Number(q.get('height'))];
        const names = (q.get('query_layers') ?? q.get('layers')).split(',');
        const filters = (q.get('cql_filter') ?? '').split(';');
        const keeps = (id, n) => !filters[names.indexOf(id)] || fulfils(filters[names.indexOf(id)], n, id === 'gsj-mino-faults');
        const styles = (q.get('styles') ?? '').split(',');
        const paint = (id, n) => paintOf(styles[names.indexOf(id)], n);
        if (q.get('request') === 'GetFeatureInfo') {
          const [i, j] = [Number(q.get('i')), Number(q.get('j'))];
          const lon = toLon(box[0] + ((i + 0.5) / w) * (box[2] - box[0]));
          const lat = toLat(box[3] - ((j + 0.5) / h) * (box[3] - box[1]));
          const near = (6 * (toLon(box[2]) - toLon(box[0]))) / w;
          return json({ type: 'FeatureCollection', features: q.get('query_layers').split(',').flatMap((id) => infoAt(id, lon, lat, near, lang)).filter((f) => f.layer !== 'gsj-mino-units' || keeps(f.layer, f.properties.MAJOR_CODE - 1)) });
        }
        const layers = q.get('layers').split(',').map((id) => DATASETS[id]?.drawnAs ?? id);
        if (layers.some((id) => !DRAWN.includes(id)))
          return send(404, 'text/xml', '<?xml version="1.0"?><ServiceExceptionReport version="1.3.0"><ServiceException code="LayerNotDefined">There is no layer with this name.</ServiceException></ServiceExceptionReport>');
        return send(200, 'image/png', draw(layers, box, w, h, Number(q.get('dpi') ?? 90.7) / 90.7, { keeps, paint }));
      }
      if (/^p\/[^/]+$/.test(path)) {
        const html = (await readFile(join(DIST, 'index.html'), 'utf8')).replace('<base href="/">', `<base href="${root}">`);
        return send(200, MIME['.html'], html, { 'cache-control': 'no-cache', 'content-security-policy': PAGE_CSP });
      }
      if ((m = /^d\/([^/]+)$/.exec(path)) && DATASETS[m[1]]) return page(m[1]);
      if (path === '') return page('Terrane');
      const file = normalize(join(DIST, path));
      if (file.startsWith(DIST)) {
        const body = await readFile(file).catch(() => null);
        if (body) return send(200, MIME[extname(file)] ?? 'application/octet-stream', body);
      }
      return json({ title: 'Not found', status: 404, detail: 'Nothing is published at this address.' }, 404);
    } catch (error) {
      json({ title: 'Error', status: 500, detail: String(error) }, 500);
    }
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}${root}`, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startMock({ port: Number(process.argv[2] ?? 8790), prefix: process.argv[3] ?? '' });
  console.log(`Mock server: ${url}p/mino`);
}
