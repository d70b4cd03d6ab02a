// The stand-in server's answers about events, from the open tables of the demo. Statistics and sections are reckoned plainly: they
// show what charts look like, and no more.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DATA = fileURLToPath(new URL('../../demo/data/', import.meta.url));
const KINDS = ['earthquake', 'eruption', 'tsunami', 'landslide'];
const ROLES = {
  quakes: ['event_id', 'time', 'depth_km', 'magnitude', 'magnitude_type', 'event_type', 'place', 'status', 'strike1'],
  significant: ['time', 'depth_km', 'magnitude', 'place', 'country', 'deaths', 'total_deaths', 'missing', 'injuries', 'damage_million_usd', 'mmi_intensity'],
  eruptions: ['time', 'vei', 'volcano', 'place', 'country', 'deaths', 'total_deaths', 'missing', 'injuries'],
  tsunamis: ['time', 'max_water_height_m', 'place', 'country', 'deaths', 'total_deaths', 'cause', 'magnitude'],
};
export const EVENT_TABLES = {
  earthquakes: { file: 'earthquakes_m5_2009_2019.csv', roles: ROLES.quakes, kind: 'earthquake', title: { en: 'Earthquakes of magnitude 5 and above, 2009–2019', ja: '地震（M5以上、2009–2019年）' }, credit: 'U.S. Geological Survey, ANSS Comprehensive Earthquake Catalog (ComCat)', licence: 'Public domain' },
  'significant-earthquakes': { file: 'noaa_earthquakes.csv', roles: ROLES.significant, kind: 'earthquake', title: { en: 'Significant earthquakes', ja: '主な被害地震' }, credit: 'NOAA NCEI, Global Significant Earthquake Database', licence: 'CC0-1.0' },
  'significant-eruptions': { file: 'noaa_eruptions.csv', roles: ROLES.eruptions, kind: 'eruption', title: { en: 'Significant volcanic eruptions', ja: '主な噴火' }, credit: 'NOAA NCEI, Global Significant Volcanic Eruptions Database', licence: 'CC0-1.0' },
  'tsunami-sources': { file: 'noaa_tsunamis.csv', roles: ROLES.tsunamis, kind: 'tsunami', title: { en: 'Tsunami sources', ja: '津波の波源' }, credit: 'NOAA NCEI, Global Historical Tsunami Database', licence: 'CC0-1.0' },
};
/** Mechanisms of the Global CMT catalogue, for showing beachballs. */
const MECHANISMS = { official20110311054624120_30: [203, 10, 88], official20120411083836720_20: [20, 64, 0], official20150916225432860_29: [353, 19, 83], us20002926: [293, 7, 108], usc000f1s0: [307, 32, 144] };

function csv(text) {
  const rows = [[]];
  let [cell, quoted] = ['', false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') cell += text[++i];
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      rows.at(-1).push(cell.replace(/\r$/, ''));
      cell = '';
      if (c === '\n') rows.push([]);
    } else cell += c;
  }
  const [head, ...body] = rows.filter((r) => r.length > 1);
  return body.map((r) => Object.fromEntries(head.map((h, i) => [h, r[i]])));
}
const number = (text) => (text === undefined || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text));
const two = (n) => String(n).padStart(2, '0');
const year4 = (y) => (y < 0 ? `-${String(-y).padStart(6, '0')}` : String(y).padStart(4, '0'));

function timesOf(r) {
  if (r.time) return { time: r.time, earliest: r.time, latest: r.time };
  // The tables count 1 BCE as −1; the calendar of dates as 0.
  const y = Number(r.year) < 0 ? Number(r.year) + 1 : Number(r.year);
  const date = [year4(y), r.month && two(r.month), r.month && r.day && two(r.day)].filter(Boolean).join('-');
  const clock = r.day && r.hour ? `T${two(r.hour)}:${two(r.minute || 0)}:${two(Math.floor(Number(r.second || 0)))}Z` : '';
  return { time: date + clock, earliest: `${year4(y)}-${two(r.month || 1)}-${two(r.day || 1)}${clock || 'T00:00:00Z'}`, latest: `${year4(y)}-${two(r.month || 12)}-${two(r.day || 28)}${clock || 'T23:59:59Z'}` };
}
function millis(text) {
  const m = /^(-?\d+)(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d):(\d\d):(\d\d))?/.exec(text);
  const d = new Date(0);
  d.setUTCFullYear(Number(m[1]), Number(m[2] ?? 1) - 1, Number(m[3] ?? 1));
  return d.getTime() + ((Number(m[4] ?? 0) * 60 + Number(m[5] ?? 0)) * 60 + Number(m[6] ?? 0)) * 1000;
}
function endMillis(text) {
  if (text.includes('T')) return millis(text);
  const parts = text.replace(/^-/, '').split('-').length;
  const d = new Date(millis(text));
  if (parts === 1) d.setUTCFullYear(d.getUTCFullYear() + 1);
  else if (parts === 2) d.setUTCMonth(d.getUTCMonth() + 1);
  else d.setUTCDate(d.getUTCDate() + 1);
  return d.getTime() - 1;
}

let kept;
function events() {
  if (kept) return kept;
  kept = [];
  Object.entries(EVENT_TABLES).forEach(([catalog, table], place) => {
    if (!existsSync(DATA + table.file)) return;
    csv(readFileSync(DATA + table.file, 'utf8')).forEach((r, n) => {
      const eventId = r.id || String(n + 1);
      const m = MECHANISMS[r.id] ?? (r.id && Number(r.mag) >= 7.3 ? [(n * 47) % 360, 15 + ((n * 13) % 70), ((n * 71) % 360) - 180] : null);
      const p = {
        kind: table.kind, catalog, eventId, ...timesOf(r),
        magnitude: number(r.mag ?? r.magnitude ?? r.earthquake_magnitude), magnitudeType: r.magType || undefined, depthKm: number(r.depth ?? r.depth_km), vei: number(r.vei),
        waterHeightM: number(r.max_water_height_m), deaths: number(r.deaths), totalDeaths: number(r.total_deaths), missing: number(r.missing), injuries: number(r.injuries), damageMillionUsd: number(r.damage_million_usd),
        place: r.place ?? r.location, country: r.country || (table.file === 'noaa_earthquakes.csv' ? r.location?.split(':')[0] : undefined), volcano: table.kind === 'eruption' ? r.name : undefined, status: r.status || undefined, eventType: r.id ? r.type : undefined,
        cause: r.cause_text || undefined, intensity: number(r.mmi_intensity), tsunami: r.tsunami_id ? true : undefined, mechanism: m ? { strike: m[0], dip: m[1], rake: m[2] } : undefined,
      };
      const [lng, lat] = [Number(r.longitude), Number(r.latitude)];
      if (r.longitude !== '' && Number.isFinite(lng) && Number.isFinite(lat)) kept.push({ id: `${catalog}/${eventId}`, lng, lat, p, table: place, ms: millis(p.earliest), end: millis(p.latest), text: [p.place, p.country, p.volcano].join(' ').toLowerCase() });
    });
  });
  return kept;
}

const rad = Math.PI / 180;
function km(a, b) {
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(h));
}
const direction = (from, to) => ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'][Math.round((((Math.atan2((to.lng - from.lng) * Math.cos(from.lat * rad), to.lat - from.lat) / rad + 360) % 360) / 45)) % 8];

let faults = null;
/** Corners of the faults whose name has these letters. */
function cornersOf(name) {
  faults ??= JSON.parse(readFileSync(`${DATA}china_active_faults.geojson`, 'utf8')).features;
  const named = faults.filter((f) => (f.properties.name ?? '').toLowerCase().includes(name.toLowerCase()));
  return named.flatMap((f) => f.geometry.coordinates.flat(f.geometry.type === 'LineString' ? 0 : 1)).map(([lng, lat]) => ({ lng, lat }));
}

function matching(q) {
  const list = (name) => (q.get(name) ? q.get(name).split(',') : null);
  const [kinds, catalogs, box] = [list('kind'), list('catalog'), list('bbox')?.map(Number)];
  const between = (value, min, max) => (q.get(min) === undefined || (value !== undefined && value >= Number(q.get(min)))) && (q.get(max) === undefined || (value !== undefined && value <= Number(q.get(max))));
  const from = q.get('start') ? millis(q.get('start')) : -Infinity;
  const to = q.get('end') ? endMillis(q.get('end')) : Infinity;
  const centre = q.get('lon') !== undefined ? { lng: Number(q.get('lon')), lat: Number(q.get('lat')) } : null;
  const corners = q.get('fault') ? cornersOf(q.get('fault')) : null;
  const words = (q.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const has = (name, value) => !q.get(name) || (value ?? '').toLowerCase().includes(q.get(name).toLowerCase());
  return events().filter((e) =>
    (!kinds || kinds.includes(e.p.kind)) && (!catalogs || catalogs.includes(e.p.catalog)) && e.ms <= to && e.end >= from &&
    between(e.p.magnitude, 'minmag', 'maxmag') && between(e.p.depthKm, 'mindepth', 'maxdepth') && between(e.p.vei, 'minvei', 'maxvei') && between(e.p.deaths, 'mindeaths', 'maxdeaths') &&
    has('cause', e.p.cause) && has('country', e.p.country) && has('status', e.p.status) && words.every((w) => e.text.includes(w)) &&
    (!box || (e.lat >= box[1] && e.lat <= box[3] && (box[0] <= box[2] ? e.lng >= box[0] && e.lng <= box[2] : e.lng >= box[0] || e.lng <= box[2]))) &&
    (!corners || corners.some((corner) => km(corner, e) <= Number(q.get('fault_km') ?? 20))) &&
    (!centre || km(centre, e) <= Number(q.get('radius_km') ?? 100)));
}
const SORTS = { time: (e) => e.ms, magnitude: (e) => e.p.magnitude, deaths: (e) => e.p.deaths, vei: (e) => e.p.vei, depth: (e) => e.p.depthKm };
function sorted(found, text = '-time') {
  const key = SORTS[text.replace('-', '')];
  const sign = text.startsWith('-') ? -1 : 1;
  return [...found].sort((a, b) => (key(a) === undefined) - (key(b) === undefined) || sign * (key(a) - key(b)));
}
const feature = (e, root) => ({ type: 'Feature', id: e.id, geometry: { type: 'Point', coordinates: [e.lng, e.lat] }, properties: { ...e.p, page: `${root}hazards/events/${e.id}` } });

function charts(found) {
  const quakes = found.filter((e) => e.p.kind === 'earthquake' && e.p.magnitude !== undefined);
  const answer = { matched: found.length };
  if (quakes.length > 0) answer.earthquakes = { count: quakes.length, frequency: frequency(quakes), magnitudeTime: magnitudeTime(quakes), cumulative: cumulative(quakes), depth: [] };
  const decades = new Map();
  for (const e of found.filter((x) => x.p.deaths > 0)) {
    const key = `${Math.floor(new Date(e.ms).getUTCFullYear() / 10) * 10} ${e.p.kind}`;
    const d = decades.get(key) ?? { decade: Number(key.split(' ')[0]), kind: e.p.kind, deaths: 0, events: 0 };
    d.deaths += e.p.deaths;
    d.events++;
    decades.set(key, d);
  }
  if (decades.size > 0) answer.deaths = { byDecade: [...decades.values()].sort((a, b) => a.decade - b.decade) };
  const eruptions = found.filter((e) => e.p.kind === 'eruption');
  if (eruptions.length > 0) answer.eruptions = { timeline: sorted(eruptions, 'time').map((e) => ({ id: e.id, time: e.p.time, vei: e.p.vei, name: e.p.volcano, deaths: e.p.deaths })), byVei: [] };
  return answer;
}
function frequency(quakes) {
  const bins = new Map();
  for (const e of quakes) bins.set(Math.round(e.p.magnitude * 10), (bins.get(Math.round(e.p.magnitude * 10)) ?? 0) + 1);
  const keys = [...bins.keys()].sort((a, b) => a - b);
  let above = quakes.length;
  const rows = [];
  for (let k = keys[0]; k <= keys.at(-1); k++) {
    rows.push([k / 10, bins.get(k) ?? 0, above]);
    above -= bins.get(k) ?? 0;
  }
  const mc = rows.reduce((best, r) => (r[1] > best[1] ? r : best))[0];
  const used = quakes.filter((e) => e.p.magnitude >= mc - 1e-9);
  const mean = used.reduce((sum, e) => sum + e.p.magnitude, 0) / used.length;
  const b = Math.LOG10E / (mean - (mc - 0.05));
  const sigma = (2.3 * b * b * Math.sqrt(used.reduce((sum, e) => sum + (e.p.magnitude - mean) ** 2, 0) / (used.length * Math.max(1, used.length - 1))));
  return { binWidth: 0.1, bins: rows, mc, mcCorrected: mc + 0.2, b, sigma, a: Math.log10(used.length) + b * mc, events: used.length, method: 'Aki–Utsu maximum likelihood; σ after Shi and Bolt (1982); Mc by maximum curvature' };
}
function magnitudeTime(quakes) {
  const times = quakes.map((e) => e.ms).sort((a, b) => a - b);
  const [first, last] = [times[Math.floor(times.length * 0.02)], times.at(-1) + 1];
  const edges = Array.from({ length: 61 }, (_, i) => first + ((last - first) * i) / 60);
  const low = Math.floor(Math.min(...quakes.map((e) => e.p.magnitude)) * 2) / 2;
  const magEdges = Array.from({ length: Math.ceil((9.6 - low) / 0.25) + 1 }, (_, i) => low + i * 0.25);
  const cells = new Map();
  for (const e of quakes) {
    const t = Math.floor(((e.ms - first) / (last - first)) * 60);
    if (t < 0 || t > 59) continue;
    const key = t * 1000 + Math.floor((e.p.magnitude - low) / 0.25);
    cells.set(key, (cells.get(key) ?? 0) + 1);
  }
  return { cells: [...cells].map(([k, n]) => [Math.floor(k / 1000), k % 1000, n]), timeEdges: edges.map((t) => iso(t)), magEdges, largest: sorted(quakes, '-magnitude').slice(0, 100).map((e) => ({ id: e.id, time: e.p.earliest, magnitude: e.p.magnitude, place: e.p.place })) };
}
const iso = (ms) => { const d = new Date(ms); return `${year4(d.getUTCFullYear())}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}T00:00:00Z`; };
function cumulative(quakes) {
  const times = quakes.map((e) => e.ms).sort((a, b) => a - b);
  const step = Math.max(1, Math.floor(times.length / 200));
  return times.map((t, i) => [iso(t), i + 1]).filter((_, i) => i % step === 0 || i === times.length - 1);
}
function section(q) {
  const [x0, y0, x1, y1] = q.get('line').split(',').map(Number);
  const [a, b] = [{ lng: x0, lat: y0 }, { lng: x1, lat: y1 }];
  const length = km(a, b);
  const width = Number(q.get('width_km') ?? 100);
  const dx = (x1 - x0) * Math.cos(((y0 + y1) / 2) * rad);
  const dy = y1 - y0;
  const found = [];
  for (const e of matching(q)) {
    if (e.p.kind !== 'earthquake') continue;
    const [ex, ey] = [(e.lng - x0) * Math.cos(((y0 + y1) / 2) * rad), e.lat - y0];
    const share = (ex * dx + ey * dy) / (dx * dx + dy * dy);
    const off = (Math.abs(ex * dy - ey * dx) / Math.hypot(dx, dy)) * 111.195;
    if (share >= 0 && share <= 1 && off <= width / 2) found.push({ id: e.id, km: share * length, depthKm: e.p.depthKm, magnitude: e.p.magnitude, time: e.p.time, offKm: off });
  }
  const slab = Array.from({ length: 30 }, (_, i) => [(length * (0.85 - i * 0.028)), 12 + i * i * 0.72]).filter(([x]) => x >= 0);
  return { lengthKm: length, widthKm: width, events: found.slice(0, 20000), slabs: [{ name: 'Slab2 (stand-in)', points: slab }], attribution: ['Slab2, U.S. Geological Survey'] };
}
function place(q, root) {
  const at = { lng: Number(q.get('lon')), lat: Number(q.get('lat')) };
  const near = (radius, kind) => events().filter((e) => e.p.kind === kind && km(at, e) <= radius).map((e) => ({ e, far: km(at, e) }));
  const told = ({ e, far }) => { const f = feature(e, root); return { ...f, properties: { ...f.properties, distanceKm: Math.round(far), direction: direction(at, e) } }; };
  const quakes = near(300, 'earthquake').filter((x) => x.e.p.magnitude).sort((a, b) => b.e.p.magnitude - a.e.p.magnitude);
  const tables = quakes.filter((x) => x.e.p.catalog === 'earthquakes');
  return {
    place: { ...at, country: 'Japan' },
    faults: [{ name: 'Futagawa fault zone', distanceKm: 12.4, direction: 'NE', collection: 'faults', id: '1' }],
    volcanoes: near(2000, 'eruption').sort((a, b) => a.far - b.far).filter((x, i, all) => all.findIndex((y) => y.e.p.volcano === x.e.p.volcano) === i).slice(0, 3).map(({ e, far }) => ({ name: e.p.volcano, distanceKm: Math.round(far), direction: direction(at, e), lastKnown: e.p.time })),
    earthquakes: {
      largest: quakes.slice(0, 5).map(told),
      felt: quakes.slice(0, 5).map((x) => { const f = told(x); const mmi = Math.max(1, 1.5 * x.e.p.magnitude - 3.2 * Math.log10(Math.max(10, x.far)) + 2.1); f.properties.shaking = { mmi, jma: mmi * 0.68 }; return f; }),
      counts: [5, 6, 7].map((m) => ({ minMagnitude: m, count: tables.filter((x) => x.e.p.magnitude >= m).length, since: '2009' })).filter((c) => c.count > 0).map((c) => ({ ...c, perYear: c.count / 10.8, returnYears: 10.8 / c.count })),
    },
    tsunamis: near(300, 'tsunami').filter((x) => x.e.p.waterHeightM).sort((a, b) => b.e.p.waterHeightM - a.e.p.waterHeightM).slice(0, 3).map(told),
    eruptions: near(300, 'eruption').sort((a, b) => b.e.p.vei - a.e.p.vei).slice(0, 3).map(told),
    slab: { name: 'Ryukyu', depthKm: 92 }, assumptions: ['Rates count the events of magnitude 5 and above since 2009 and assume that they go on as they were.'], sources: Object.values(EVENT_TABLES).map((t) => t.credit),
  };
}

/** `TEV1`, largest first. */
function binary(rows) {
  const n = rows.length;
  const out = Buffer.alloc(8 + n * 22);
  out.write('TEV1', 0, 'latin1');
  out.writeUInt32LE(n, 4);
  rows.forEach((r, i) => {
    out.writeDoubleLE(r.seconds, 8 + 8 * i);
    out.writeFloatLE(r.lng, 8 + 8 * n + 4 * i);
    out.writeFloatLE(r.lat, 8 + 12 * n + 4 * i);
    out.writeInt16LE(r.size, 8 + 16 * n + 2 * i);
    out.writeInt16LE(r.depth, 8 + 18 * n + 2 * i);
    out[8 + 20 * n + i] = r.kind;
    out[8 + 21 * n + i] = r.table;
  });
  return out;
}
function points(q) {
  const scaled = (x, by) => (x === undefined ? -32768 : Math.max(-32767, Math.min(32767, Math.round(x * by))));
  const sizes = { earthquake: 'magnitude', eruption: 'vei', tsunami: 'waterHeightM', landslide: 'magnitude' };
  const rows = matching(q).map((e) => ({ seconds: e.ms / 1000, lng: e.lng, lat: e.lat, size: scaled(e.p[sizes[e.p.kind]], 100), depth: scaled(e.p.depthKm, 10), kind: KINDS.indexOf(e.p.kind), table: e.table }));
  return binary(rows.sort((a, b) => b.size - a.size).slice(0, Number(q.get('limit') ?? 1e6)));
}
/** As many made-up earthquakes as are wanted, in arcs around the world over fifty years: for measuring. */
export function manyPoints(count) {
  let seed = 7;
  const chance = () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 4294967296);
  const rows = Array.from({ length: count }, () => {
    const arc = Math.floor(chance() * 24);
    const along = chance();
    return { seconds: chance() * 1.6e9, lng: ((arc * 53 + along * 40 + chance() * 4) % 360) - 180, lat: -55 + ((arc * 29) % 110) + 12 * Math.sin(along * 3 + arc) + chance() * 3, size: Math.round(200 - 100 * Math.log10(1 - chance() * 0.9999999)), depth: Math.round(chance() ** 2 * 6500), kind: 0, table: 0 };
  });
  return binary(rows.sort((a, b) => b.size - a.size));
}

/** So many made-up earthquakes of two magnitudes a few pixels apart at zoom 3 around a place: each is seen for itself. In time they come
 * in no order of place. */
export function spreadPoints(columns, lines, { lng, lat }) {
  const pixels = 2.25 / (512 * 2 ** 3);
  const middle = 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * rad) / 2)) / (2 * Math.PI);
  const latAt = (y) => (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) / rad) * 2 - 90;
  const count = columns * lines;
  const rows = Array.from({ length: count }, (_, i) => ({ seconds: ((i * 7919) % count) * (1.6e9 / count), lng: lng + 360 * pixels * ((i % columns) - columns / 2), lat: latAt(middle + pixels * (Math.floor(i / columns) - lines / 2)), size: i % 50 === 0 ? 550 : 300, depth: (i * 37) % 6000, kind: 0, table: 0 }));
  return binary(rows.sort((a, b) => b.size - a.size));
}

/** The answer to a path about events: a status and a body, or nothing. */
export function hazardsAnswer(path, q, lang, root) {
  let m;
  if (path === 'hazards') return [200, { tables: Object.entries(EVENT_TABLES).map(([collection, t]) => { const own = events().filter((e) => e.p.catalog === collection); return { collection, title: t.title[lang], kind: t.kind, count: own.length, period: [own[0]?.p.earliest ?? null, own.at(-1)?.p.latest ?? null], roles: Object.fromEntries(t.roles.map((r) => [r, r])), attribution: t.credit, licence: t.licence, state: '1' }; }), sources: ['fault', 'volcano'], links: [] }];
  if (path === 'hazards/events') {
    const found = sorted(matching(q), q.get('sort'));
    const [limit, offset] = [Number(q.get('limit') ?? 100), Number(q.get('offset') ?? 0)];
    if (limit > 20000) return [413, { title: 'Too large', status: 413, detail: 'A page has at most 20000 events; ask for the rest with offset.' }];
    const page = found.slice(offset, offset + limit);
    return [200, { type: 'FeatureCollection', numberMatched: found.length, numberReturned: page.length, attribution: [...new Set(page.map((e) => EVENT_TABLES[e.p.catalog].credit))], features: page.map((e) => feature(e, root)), links: [] }];
  }
  if (path === 'hazards/charts') return [200, charts(matching(q))];
  if (path === 'hazards/points') return [200, points(q)];
  if (path === 'hazards/section') return [200, section(q)];
  if (path === 'hazards/place' && q.get('f') === 'json') return [200, place(q, root)];
  if ((m = /^hazards\/(?:events\/.+|place)$/.exec(path))) return [200, `<!doctype html><html lang="en"><title>${m[0].replace(/[<>&"]/g, '')}</title><h1>Event</h1>`];
  return null;
}
