// Mapped geology of the stand-in server: what its units are in the chart and among rocks, and the answers that follow.
// Made up as far as a test needs it; the ages of the chart are those of the International Chronostratigraphic Chart 2024-12.
import { FAULTS, SHEET, UNITS, unitAt } from './picture.mjs';

const say = (texts, lang) => texts[lang] ?? texts.en;
const ISC = 'http://resource.geosciml.org/classifier/ics/ischart/';
const CGI = 'http://resource.geosciml.org/classifier/cgi/lithology/';
const FAULT = 'http://resource.geosciml.org/classifier/cgi/faulttype/';
const SPDX = 'International Commission on Stratigraphy';

// id, rank, older Ma, younger Ma, colour, parent, English, Japanese, Chinese
const CHART = [
  ['Precambrian', 'SuperEon', 4567, 538.8, '#F74370', null, 'Precambrian', '先カンブリア時代', '前寒武纪'],
  ['Phanerozoic', 'Eon', 538.8, 0, '#9AD9DD', null, 'Phanerozoic', '顕生累代', '显生宙'],
  ['Cenozoic', 'Era', 66, 0, '#F2F91D', 'Phanerozoic', 'Cenozoic', '新生代', '新生代'],
  ['Quaternary', 'Period', 2.58, 0, '#F9F97F', 'Cenozoic', 'Quaternary', '第四紀', '第四纪'],
  ['Holocene', 'Epoch', 0.0117, 0, '#FEF2E0', 'Quaternary', 'Holocene', '完新世', '全新世'],
  ['Neogene', 'Period', 23.04, 2.58, '#FFE619', 'Cenozoic', 'Neogene', '新第三紀', '新近纪'],
  ['Paleogene', 'Period', 66, 23.04, '#FD9A52', 'Cenozoic', 'Paleogene', '古第三紀', '古近纪'],
  ['Mesozoic', 'Era', 251.902, 66, '#67C5CA', 'Phanerozoic', 'Mesozoic', '中生代', '中生代'],
  ['Cretaceous', 'Period', 143.1, 66, '#7FC64E', 'Mesozoic', 'Cretaceous', '白亜紀', '白垩纪'],
  ['UpperCretaceous', 'Epoch', 100.5, 66, '#A6D84A', 'Cretaceous', 'Late Cretaceous', '後期白亜紀', '晚白垩世'],
  ['Jurassic', 'Period', 201.4, 143.1, '#34B2C9', 'Mesozoic', 'Jurassic', 'ジュラ紀', '侏罗纪'],
  ['UpperJurassic', 'Epoch', 161.5, 143.1, '#B3E3EE', 'Jurassic', 'Late Jurassic', '後期ジュラ紀', '晚侏罗世'],
  ['MiddleJurassic', 'Epoch', 174.7, 161.5, '#80CFD8', 'Jurassic', 'Middle Jurassic', '中期ジュラ紀', '中侏罗世'],
  ['Triassic', 'Period', 251.902, 201.4, '#812B92', 'Mesozoic', 'Triassic', '三畳紀', '三叠纪'],
  ['Paleozoic', 'Era', 538.8, 251.902, '#99C08D', 'Phanerozoic', 'Paleozoic', '古生代', '古生代'],
  ['Permian', 'Period', 298.9, 251.902, '#F04028', 'Paleozoic', 'Permian', 'ペルム紀', '二叠纪'],
  ['Carboniferous', 'Period', 358.86, 298.9, '#67A599', 'Paleozoic', 'Carboniferous', '石炭紀', '石炭纪'],
];
const ROCKS = [
  ['sedimentary_rock', null, '#DED6AA', 'Sedimentary rock', '堆積岩', '沉积岩'],
  ['clastic_sandstone', 'sedimentary_rock', '#F8DE76', 'Clastic sandstone', '砂岩', '砂岩'],
  ['clastic_mudstone', 'sedimentary_rock', '#A8B696', 'Clastic mudstone', '泥岩', '泥岩'],
  ['chert', 'sedimentary_rock', '#D69664', 'Chert', 'チャート', '燧石'],
  ['limestone', 'sedimentary_rock', '#6EAADE', 'Limestone', '石灰岩', '石灰岩'],
  ['gravel', 'sedimentary_rock', '#FAF4BE', 'Gravel', '礫', '砾石'],
  ['igneous_rock', null, '#EB8C78', 'Igneous rock', '火成岩', '火成岩'],
  ['granite', 'igneous_rock', '#EE6270', 'Granite', '花崗岩', '花岗岩'],
  ['rhyolite', 'igneous_rock', '#FCB47E', 'Rhyolite', '流紋岩', '流纹岩'],
  ['basalt', 'igneous_rock', '#548C54', 'Basalt', '玄武岩', '玄武岩'],
];
const FAULT_KINDS = [
  ['fault', null, '#1b1b1b', 'Fault', '断層', '断层'],
  ['strike_slip_fault', 'fault', '#c0392b', 'Strike-slip fault', '横ずれ断層', '走滑断层'],
];
/** What each unit is, by its symbol; the rest has no age that is known. */
const MEANING = {
  a: ['Holocene', 'gravel'], Kgr: ['UpperCretaceous', 'granite'], Ktu: ['UpperCretaceous', 'rhyolite'], Nms: ['MiddleJurassic', 'clastic_mudstone'], Nsi: ['MiddleJurassic', 'clastic_mudstone'],
  Nch: ['Triassic', 'chert'], Nss: ['MiddleJurassic', 'clastic_sandstone'], Fmx: ['MiddleJurassic', 'clastic_mudstone'], Fch: ['Permian', 'chert'], Fls: ['Permian', 'limestone'], Fbs: ['Permian', 'basalt'],
};
const KINDS = {
  age: { style: 'age', column: 'representativeAge_uri', title: { en: 'Age, in the colours of the CGMW', ja: '年代（CGMW の配色）' }, base: ISC, terms: CHART.map(([id, , , , colour, parent, en, ja]) => ({ id, parent, colour, names: { en, ja } })), of: (u) => MEANING[UNITS[u][0]]?.[0] },
  lithology: { style: 'lithology', column: 'representativeLithology_uri', title: { en: 'Lithology', ja: '岩相' }, base: CGI, terms: ROCKS.map(([id, parent, colour, en, ja]) => ({ id, parent, colour, names: { en, ja } })), of: (u) => MEANING[UNITS[u][0]]?.[1] },
  faultType: { style: 'fault-type', column: 'faultType_uri', title: { en: 'Kinds', ja: '種類' }, base: FAULT, terms: FAULT_KINDS.map(([id, parent, colour, en, ja]) => ({ id, parent, colour, names: { en, ja } })), of: (f) => (f % 2 ? 'strike_slip_fault' : 'fault') },
};
const MAPPED = { 'gsj-mino-units': ['age', 'lithology'], 'geologic-unit-view': ['age', 'lithology'], 'gsj-mino-faults': ['faultType'] };
const termOf = (by, id) => KINDS[by].terms.find((t) => t.id === id);

/** The part of a layer's entry in a map. */
export function geologyOf(id, lang) {
  const kinds = MAPPED[id];
  return kinds ? { kinds: kinds.map((by) => ({ by, style: KINDS[by].style, title: say(KINDS[by].title, lang), column: KINDS[by].column })), view: id.endsWith('-view') ? id : null } : null;
}
/** What a unit is painted with in a style. */
export function paintOf(style, unit) {
  const by = Object.keys(KINDS).find((key) => KINDS[key].style === style);
  return by ? (termOf(by, KINDS[by].of(unit))?.colour ?? '#e4e4e4') : null;
}

const isUnder = (by, id, above) => !!id && (id === above || isUnder(by, termOf(by, id)?.parent, above));
const ageOf = (text) => {
  const unit = CHART.find(([id, , , , , , ...names]) => id === text || names.some((n) => n.toLowerCase() === text.toLowerCase()));
  if (unit) return { older_ma: unit[2], younger_ma: unit[3], unit };
  const span = /^([\d.]+)\s*[-–]\s*([\d.]+) Ma$/.exec(text);
  return span ? { older_ma: Number(span[1]), younger_ma: Number(span[2]), unit: null } : null;
};
const rockOf = (text) => ROCKS.find(([id, , , ...names]) => id === text || names.some((n) => n.toLowerCase() === text.toLowerCase()));

/** Whether a unit, or a fault, fulfils the conditions that the viewer writes. */
export function fulfils(filter, n, faults = false) {
  const part = (text) => {
    let m;
    const bare = text.trim().replace(/^\((.*)\)$/s, '$1');
    if (/ OR /.test(bare)) return bare.split(' OR ').some(part);
    const of = (column) => {
      const by = Object.keys(KINDS).find((key) => KINDS[key].column === column);
      const id = by && (by === 'faultType') === faults ? KINDS[by].of(n) : undefined;
      return id ? KINDS[by].base + id : null;
    };
    if (/^include$/i.test(bare)) return true;
    if ((m = /^(\w+) IS NULL$/.exec(bare))) return of(m[1]) === null;
    if ((m = /^(\w+) = '([^']*)'$/.exec(bare))) return of(m[1]) === m[2];
    if ((m = /^(\w+) IN \(([^)]*)\)$/.exec(bare))) return m[2].split(',').includes(`'${of(m[1])}'`);
    if ((m = /^age_(overlaps|within|contains)\('([^']*)'(?:, ?'(\w+)')?\)$/.exec(bare))) {
      const [asked, unit] = [ageOf(m[2]), CHART.find(([id]) => id === KINDS.age.of(n))];
      if (!asked || !unit || faults) return false;
      const [older, younger] = [unit[2], unit[3]];
      if (m[1] === 'overlaps') return older > asked.younger_ma && younger < asked.older_ma;
      return m[1] === 'within' ? older <= asked.older_ma && younger >= asked.younger_ma : older >= asked.older_ma && younger <= asked.younger_ma;
    }
    if ((m = /^(?:main_)?lithology\('(\w+)'\)$/.exec(bare))) return !faults && isUnder('lithology', KINDS.lithology.of(n), m[1]);
    throw new Error(`The mock server does not understand “${bare}”.`);
  };
  return filter.split(' AND ').every(part);
}

/** Bodies of units in a box, each once. */
function bodies(box) {
  const [w, s, e, n] = box ?? [SHEET.west, SHEET.south, SHEET.east, SHEET.north];
  const found = new Map();
  const N = 80;
  for (let i = 0; i < N; i++)
    for (let j = 0; j < N; j++) {
      const at = [w + ((i + 0.5) / N) * (e - w), s + ((j + 0.5) / N) * (n - s)];
      const hit = unitAt(...at);
      if (!hit) continue;
      const key = `${hit.unit} ${typeof hit.body === 'number' ? hit.body : JSON.stringify(hit.body).slice(0, 20)}`;
      const cell = ((e - w) * 91 * (n - s) * 111) / (N * N);
      const known = found.get(key);
      if (known) known.km2 += cell;
      else found.set(key, { unit: hit.unit, key: found.size + 1, at, km2: cell });
    }
  return [...found.values()];
}

const problem = (status, title, detail) => [status, { type: 'about:blank', title, status, detail }];
const numbers = (text) => (text ? text.split(',').map(Number) : null);

function tree(q, lang) {
  const by = q.get('by');
  const id = q.get('collection');
  if (!MAPPED[id]?.includes(by)) return problem(400, 'Bad request', `“${by}” is none of its terms.`);
  const faults = by === 'faultType';
  const members = faults ? FAULTS.map((_, n) => n) : bodies(numbers(q.get('bbox'))).map((b) => b.unit);
  const kept = members.filter((n) => !q.get('filter') || fulfils(q.get('filter'), n, faults));
  const rows = (term) => kept.filter((n) => KINDS[by].of(n) === term).length;
  const branch = (term) => {
    const below = KINDS[by].terms.filter((t) => t.parent === term.id).map(branch).filter(Boolean);
    const own = rows(term.id);
    const all = own + below.reduce((sum, b) => sum + b.rows_below, 0);
    return all > 0 ? { id: term.id, uri: KINDS[by].base + term.id, title: say(term.names, lang), colour: term.colour, is_class: own > 0, rows: own, rows_below: all, below } : null;
  };
  return [200, { by, column: KINDS[by].column, unknown: kept.filter((n) => !KINDS[by].of(n)).length, branches: KINDS[by].terms.filter((t) => !t.parent).map(branch).filter(Boolean) }];
}

function ask(q, lang) {
  const [text, rock] = [q.get('age'), q.get('lithology')];
  const age = text ? ageOf(text) : null;
  if (text && !age) return problem(400, 'Bad request', `“${text}” is not an age; write a name of the chronostratigraphic chart in any of its languages, or numbers (66-23 Ma).`);
  const stone = rock ? rockOf(rock) : null;
  if (rock && !stone) return problem(400, 'Bad request', `“${rock}” is no rock of the vocabulary of simple lithology.`);
  const [relation, role] = [q.get('relation') ?? 'overlaps', q.get('role') ?? 'representative'];
  const title = (row) => say({ en: row.at(-3), ja: row.at(-2) }, lang);
  const parts = [];
  if (age) parts.push(`age_${relation}('${text}'${role === 'representative' ? '' : `, '${role}'`})`);
  if (stone) parts.push(`${q.get('main') === 'true' ? 'main_' : ''}lithology('${stone[0]}')`);
  return [200, {
    collection: q.get('collection'), age: age && { text, older_ma: age.older_ma, younger_ma: age.younger_ma, unit: age.unit && { id: age.unit[0], uri: ISC + age.unit[0], title: title(age.unit) } },
    relation, role, lithology: stone && { id: stone[0], uri: CGI + stone[0], title: title(stone), kinds: 0 }, main: q.get('main') === 'true',
    defaults: ['relation', 'role', 'main'].filter((name) => !q.has(name)), filter: parts.join(' AND '), chart: '2024-12', attribution: SPDX, links: [],
  }];
}

function areas(q, lang) {
  const by = q.get('by') ?? 'age';
  const within = q.get('within');
  const corners = within?.startsWith('POLYGON') ? [...within.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map((m) => [Number(m[1]), Number(m[2])]) : null;
  const box = corners && [Math.max(SHEET.west, Math.min(...corners.map((c) => c[0]))), Math.max(SHEET.south, Math.min(...corners.map((c) => c[1]))), Math.min(SHEET.east, Math.max(...corners.map((c) => c[0]))), Math.min(SHEET.north, Math.max(...corners.map((c) => c[1])))];
  const sums = new Map();
  for (const body of bodies(box)) {
    if (q.get('filter') && !fulfils(q.get('filter'), body.unit)) continue;
    let id = KINDS[by].of(body.unit) ?? '';
    const rank = q.get('rank');
    if (by === 'age' && rank) for (let u = CHART.find(([x]) => x === id); u; u = CHART.find(([x]) => x === u[5])) if (u[1] === rank) id = u[0];
    const sum = sums.get(id) ?? { area_km2: 0, rows: 0 };
    sums.set(id, { area_km2: sum.area_km2 + body.km2, rows: sum.rows + 1 });
  }
  const order = (id) => (id ? KINDS[by].terms.findIndex((t) => t.id === id) : 999);
  const total = [...sums.values()].reduce((sum, s) => sum + s.area_km2, 0);
  const rows = [...sums].sort((a, b) => order(a[0]) - order(b[0])).map(([id, s]) => {
    const term = id && termOf(by, id);
    return { class: term ? { id, uri: KINDS[by].base + id, title: say(term.names, lang), colour: term.colour } : null, ...s, share: s.area_km2 / total };
  });
  if (q.get('f') === 'csv') return [200, `id,title,uri,area_km2,share,rows\r\n${rows.map((r) => `"${r.class?.id ?? ''}","${r.class?.title ?? ''}","${r.class?.uri ?? ''}",${r.area_km2},${r.share},${r.rows}\r\n`).join('')}`];
  return [200, { by, column: KINDS[by].column, total_km2: total, within_km2: within ? total * 1.25 : null, rows, method: '' }];
}

function mapping(q) {
  const id = q.get('collection');
  if (!MAPPED[id]) return problem(404, 'Not found', `“${id}” has no mapping.`);
  const told = UNITS.filter((u) => MEANING[u[0]]);
  const values = UNITS.map((u, n) => (MEANING[u[0]] ? { when: [u[4], u[2]], rows: 3 + n, state: 'told', meaning: MEANING[u[0]][0], score: n === 5 ? 0.7 : null } : { when: [u[4], u[2]], rows: 3 + n, state: n % 2 ? 'open' : 'left out', meaning: n % 2 ? '' : 'Mixed rocks have no single age.' }));
  const sum = (state) => values.filter((v) => v.state === state).reduce((s, v) => s + v.rows, 0);
  const rows = values.reduce((s, v) => s + v.rows, 0);
  return [200, {
    dataset: id, title: 'Geological Map of Japan 1:50 000, Mino', views: ['GeologicUnitView'], chart: '2024-12',
    coverage: [{ view: 'GeologicUnitView', kind: 'age', columns: ['LEGEND02E', 'LEGEND06E'], rows, told: sum('told'), left_out: sum('left out'), open: sum('open'), values: [...values].sort((a, b) => (b.state === 'open') - (a.state === 'open')) },
      { view: 'GeologicUnitView', kind: 'lithology', columns: ['LEGEND08E'], rows: told.length, told: told.length, left_out: 0, open: 0, values: told.map((u) => ({ when: [u[6]], rows: 1, state: 'told', meaning: MEANING[u[0]][1] })) }],
  }];
}

function vocabulary(id) {
  const labels = ([en, ja, zh]) => ({ en, ja, zh });
  if (id === 'ischart')
    return { '@graph': [{ '@id': ISC, '@type': 'ConceptScheme' }, ...CHART.map(([key, rank, older, younger, color, parent, ...names]) => ({ '@id': ISC + key, '@type': 'Concept', notation: key, prefLabel: labels(names), color, rank: `rank:${rank}`, hasBeginning: { age_ma: String(older) }, hasEnd: { age_ma: String(younger) }, ...(parent ? { broader: [ISC + parent] } : {}) }))] };
  if (id === 'simplelithology') return { '@graph': ROCKS.map(([key, parent, , ...names]) => ({ '@id': CGI + key, '@type': 'Concept', notation: key, prefLabel: labels(names), ...(parent ? { broader: [CGI + parent] } : {}) })) };
  return null;
}

const square = ([x, y], r = 0.004) => [[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r], [x - r, y - r]];
function items(q) {
  const kept = bodies(numbers(q.get('bbox'))).filter((b) => !q.get('filter') || fulfils(q.get('filter'), b.unit));
  const feature = (b) => {
    const [age, rock] = MEANING[UNITS[b.unit][0]] ?? [];
    const unit = CHART.find(([id]) => id === age);
    return { type: 'Feature', id: `b${b.at.map((x) => x.toFixed(5)).join('_')}`, geometry: null, properties: { name: UNITS[b.unit][2], lithology: rock ?? null, geologicHistory: unit?.[6] ?? null, numericOlderAge: unit?.[2] ?? null, numericYoungerAge: unit?.[3] ?? null } };
  };
  return { type: 'FeatureCollection', numberMatched: kept.length, features: kept.slice(0, Number(q.get('limit') ?? 10)).map(feature), links: [] };
}

/** The answer to a path about geology: a status and a body, or nothing. */
export function geologyAnswer(path, q, lang) {
  let m;
  if (path === 'geology/tree') return tree(q, lang);
  if (path === 'geology/ask') return ask(q, lang);
  if (path === 'geology/areas') return areas(q, lang);
  if (path === 'geology/mapping') return mapping(q);
  if ((m = /^vocabularies\/([\w-]+)$/.exec(path))) return vocabulary(m[1]) ? [200, vocabulary(m[1])] : null;
  if (path === 'collections/geologic-unit-view/items') return [200, items(q)];
  if ((m = /^collections\/geologic-unit-view\/items\/b([\d.-]+)_([\d.-]+)$/.exec(path))) return [200, { type: 'Feature', id: m[0], geometry: { type: 'Polygon', coordinates: [square([Number(m[1]), Number(m[2])])] }, properties: {} }];
  if (path === 'collections/countries/items') return [200, { type: 'FeatureCollection', features: [['JPN', 'Japan', '日本'], ['KHM', 'Cambodia', 'カンボジア']].map(([id, name, ja]) => ({ type: 'Feature', id, geometry: null, properties: { name, name_ja: ja } })), links: [] }];
  return null;
}
