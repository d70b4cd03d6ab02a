// The parts that need no browser, loaded through Vite so that they are the sources themselves.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createServer } from 'vite';

const vite = await createServer({ server: { middlewareMode: true, ws: false, watch: null }, appType: 'custom', optimizeDeps: { noDiscovery: true }, logLevel: 'error' });
after(() => vite.close());
const load = (path) => vite.ssrLoadModule(path);

test('a permalink says what it was given', async () => {
  const { readPermalink, writePermalink } = await load('/src/state/permalink.ts');
  const link = { at: { zoom: 11.5, lat: 35.58333, lng: 136.875 }, layers: new Map([['places', null], ['a,b:c/d', 0.35]]), base: 'paper', lang: 'ja' };
  const read = readPermalink(writePermalink(link));
  assert.equal(read.base, 'paper');
  assert.equal(read.lang, 'ja');
  assert.deepEqual([...read.layers], [...link.layers]);
  assert.ok(Math.abs(read.at.lat - link.at.lat) < 1e-5 && Math.abs(read.at.lng - link.at.lng) < 1e-5 && read.at.zoom === 11.5);
});
test('a permalink without layers turns all off, one without the word leaves them', async () => {
  const { readPermalink } = await load('/src/state/permalink.ts');
  assert.equal(readPermalink('#layers=').layers.size, 0);
  assert.equal(readPermalink('#map=3/1/2').layers, undefined);
});
test('a broken permalink is ignored part by part', async () => {
  const { readPermalink } = await load('/src/state/permalink.ts');
  assert.deepEqual(readPermalink('#map=x/1/2&lang=<b>&nonsense'), {});
  assert.deepEqual(readPermalink('#map=5/95/2'), {});
  assert.deepEqual([...readPermalink('#layers=%E0%A4%A').layers.keys()], ['%E0%A4%A']);
});

test('scales follow the 0.28 mm pixel of WMS', async () => {
  const { scaleDenominator, zoomOfScale, inScale, zoomInScale, groundScale } = await load('/src/map/scale.ts');
  // OGC WMTS, well-known scale set GoogleMapsCompatible: level 0 of 256 px tiles is 1:559 082 264.0287178.
  assert.ok(Math.abs(scaleDenominator(0) * 2 - 559082264.0287178) < 0.5);
  assert.ok(Math.abs(zoomOfScale(scaleDenominator(7.25)) - 7.25) < 1e-9);
  assert.ok(Math.abs(groundScale(10, 60) / scaleDenominator(10) - 0.5) < 1e-12);
  const node = { minScaleDenominator: null, maxScaleDenominator: 200000 };
  assert.equal(inScale(node, 10), false);
  assert.equal(inScale(node, 11), true);
  assert.equal(inScale(node, zoomInScale(node, 3)), true);
  const far = { minScaleDenominator: 1000000, maxScaleDenominator: null };
  assert.equal(inScale(far, 12), false);
  assert.equal(inScale(far, zoomInScale(far, 12)), true);
});
test('scale bar lengths are round and fit', async () => {
  const { roundLength } = await load('/src/map/scale.ts');
  assert.deepEqual([999, 1000, 1999, 2000, 4999, 5001, 0.7].map(roundLength), [500, 1000, 1000, 2000, 2000, 5000, 0.5]);
});
test('coordinates are read as people write them', async () => {
  const { readPlace } = await load('/src/map/scale.ts');
  const near = (text, lat, lng) => {
    const p = readPlace(text);
    assert.ok(p && Math.abs(p.lat - lat) < 1e-6 && Math.abs(p.lng - lng) < 1e-6, `${text} → ${JSON.stringify(p)}`);
  };
  near('35.6, 136.9', 35.6, 136.9);
  near('-18.14 178.44', -18.14, 178.44);
  near('35.6N 136.9E', 35.6, 136.9);
  near('136.9E, 35.6N', 35.6, 136.9);
  near('18°08′24″S 178°26′W', -18.14, -178.43333333);
  for (const text of ['Mino', '35.6', '95, 10', '1 2 3', 'route 5 7']) assert.equal(readPlace(text), null, text);
});
test('a box across the date line stays small', async () => {
  const { boxOf, unfold } = await load('/src/map/scale.ts');
  assert.deepEqual(boxOf({ type: 'LineString', coordinates: [[179, -10], [-179, -12]] }), [179, -12, 181, -10]);
  assert.deepEqual(boxOf({ type: 'LineString', coordinates: [[-1, 0], [1, 2]] }), [-1, 0, 1, 2]);
  assert.deepEqual(unfold([165, -25, -160, -5]), [165, -25, 200, -5]);
});

test('legend filters are understood, and what is not matches nothing', async () => {
  const { compile, itemOf } = await load('/src/legend/match.ts');
  const row = { Symbol: 'Nch', depth: 12.5, era: "Devil's", none: null };
  for (const text of ["Symbol = 'Nch'", "Symbol IN ('a','Nch')", 'depth >= 10 AND depth < 20', 'depth BETWEEN 12 AND 13', '"era" = \'Devil\'\'s\'', 'none IS NULL', "NOT (Symbol = 'a') AND (depth > 99 OR depth < 13)", "Symbol NOT IN ('a')", "Symbol <> 'x'"]) assert.equal(compile(text)?.(row), true, text);
  for (const text of ["Symbol = 'a'", 'depth > 20', 'none = 1', 'missing < 4', 'Symbol IS NULL']) assert.equal(compile(text)?.(row), false, text);
  for (const text of ["S_INTERSECTS(geom, POINT(1 2))", "Symbol LIKE 'N%'", 'Symbol =', "Symbol = 'open", '']) assert.equal(compile(text), null, text);
  const items = [{ label: 'a', filter: "Symbol = 'a'" }, { label: 'chert', filter: "Symbol = 'Nch'" }];
  assert.equal(itemOf({ items }, row).label, 'chert');
  assert.equal(itemOf({ items }, { Symbol: 'zz' }), null);
});

test('a card takes its words in the reader’s language and its units first', async () => {
  const { cardOf } = await load('/src/cards/facts.ts');
  const feature = { properties: { MAJOR_CODE: 28, LEGEND06: '那比ユニット', LEGEND06E: 'Nabi Unit', Symbol: 'Nch', area_km2: 15.4, REMARKS: null, note: 'x'.repeat(200) } };
  const columns = { LEGEND06: { title: 'Unit' } };
  const en = cardOf(feature, { label: 'Bedded chert', label2: '層状チャート', filter: 'x = 1' }, 'Units', columns, '', 'en', ['en', 'ja']);
  assert.equal(en.title, 'Bedded chert');
  assert.equal(en.second, '層状チャート');
  assert.deepEqual(en.facts.map((f) => [f.label, f.value, f.unit]), [['Area', 15.4, 'km²'], ['Unit', 'Nabi Unit', ''], ['Symbol', 'Nch', '']]);
  assert.equal(en.all.length, 7);
  const ja = cardOf(feature, null, '地質単元', columns, '', 'ja', ['en', 'ja']);
  assert.equal(ja.facts.find((f) => f.label === 'Unit').value, '那比ユニット');
  const fault = cardOf({ properties: { name: 'Mugigawa Fault', name_ja: '武儀川断層' } }, { label: 'Fault', filter: null }, 'Faults', {}, '', 'ja', ['en', 'ja']);
  assert.deepEqual([fault.title, fault.second], ['武儀川断層', 'Mugigawa Fault']);
  const grid = cardOf({ properties: { band1: -41.2 } }, null, 'Anomaly', {}, 'nT', 'en', ['en']);
  assert.deepEqual([grid.title, grid.facts[0].unit], ['Anomaly', 'nT']);
});

const FOLDERS = ['/src/i18n', '/src/geology/words', '/src/external/words', '/src/hazard/words'];
const LANGUAGES = ['ja', 'id', 'vi', 'ko', 'zh', 'km', 'lo', 'my', 'th'];
const wordsOf = async (lang, folders = FOLDERS) => Object.assign({}, ...(await Promise.all(folders.map(async (folder) => (await load(`${folder}/${lang}.json`)).default))));
/** Speaks a language here, where there is no page. */
async function speaking(lang) {
  globalThis.document ??= { documentElement: {} };
  await (await load('/src/i18n/words.svelte.ts')).speak(lang);
}

test('no word is in two files', async () => {
  const names = (await Promise.all(FOLDERS.map(async (folder) => Object.keys(await wordsOf('en', [folder]))))).flat();
  assert.equal(new Set(names).size, names.length);
});
test('the viewer speaks the languages of the server’s pages, each file the words of the English one', async () => {
  const pages = (await readdir(new URL('../../crates/protocols/src/pages/words/', import.meta.url))).sort();
  assert.deepEqual(['en', ...LANGUAGES].map((lang) => `${lang}.json`).sort(), pages);
  for (const folder of FOLDERS) {
    const files = (await readdir(new URL(`..${folder}/`, import.meta.url))).filter((name) => name.endsWith('.json')).sort();
    assert.deepEqual(files, pages, folder);
    const english = Object.keys(await wordsOf('en', [folder]));
    for (const lang of LANGUAGES) assert.deepEqual(Object.keys(await wordsOf(lang, [folder])), english, `${folder} ${lang}`);
  }
});
test('words of other languages have the blanks of the English ones, and none is empty', async () => {
  const en = await wordsOf('en');
  const blanks = (text) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
  for (const lang of LANGUAGES)
    for (const [key, said] of Object.entries(await wordsOf(lang))) {
      assert.ok(said.trim() && said.trimEnd() === said, `${lang} ${key}`);
      // In Japan shaking is told on the scale of the Meteorological Agency.
      if (lang !== 'ja' || key !== 'shaking') assert.deepEqual(blanks(said), blanks(en[key]), `${lang} ${key}`);
    }
});
/** What is written alike in all languages: names, signs and examples for the one box. */
const ALIKE = ['chipWords', 'vei', 'causeHint', 'eventBoxHint', 'dateAxis'];
/** Words that a language has in common with English. */
const SHARED = {
  id: ['panel', 'menu', 'coloursStatus', 'grid', 'helpCountry', 'tsunami', 'causeTsunami', 'dateDay', 'dateMonth', 'dateYear', 'dateTime'],
  vi: ['helpCountry', 'dateMonth', 'dateTime'],
  km: ['askPlaceholder', 'dateDay', 'dateMonth', 'dateYear'],
  lo: ['askPlaceholder', 'dateDay', 'dateMonth', 'dateYear'],
  my: ['askPlaceholder'],
  th: ['dateDay', 'dateMonth'],
};
test('no word is English left as it was', async () => {
  const en = await wordsOf('en');
  for (const lang of LANGUAGES) {
    const same = Object.entries(await wordsOf(lang)).filter(([key, said]) => said === en[key] && !ALIKE.includes(key));
    assert.deepEqual(same.map(([key]) => key).sort(), [...(SHARED[lang] ?? [])].sort(), lang);
  }
});
test('words are in the script of their language and in no neighbour’s', async () => {
  const scripts = { ko: /[\uac00-\ud7a3]/, zh: /[\u4e00-\u9fff]/, km: /[\u1780-\u17ff]/, lo: /[\u0e80-\u0eff]/, my: /[\u1000-\u109f]/, th: /[\u0e00-\u0e7f]/ };
  const en = await wordsOf('en');
  for (const [lang, own] of Object.entries(scripts))
    for (const [key, said] of Object.entries(await wordsOf(lang))) {
      if (en[key] !== said && !ALIKE.includes(key) && /[a-z]{3}/.test(en[key].replace(/\{\w+\}/g, ''))) assert.match(said, own, `${lang} ${key}`);
      // Examples of names in other languages are in the hint of the question.
      for (const [other, stray] of Object.entries(scripts)) if (other !== lang && (other !== 'zh' || key !== 'askHint')) assert.doesNotMatch(said, stray, `${lang} ${key}`);
      assert.doesNotMatch(said, /[๐-๙໐-໙၀-၉០-៩]/, `digits: ${lang} ${key}`);
    }
});
test('lists in one word have as many parts as the English ones', async () => {
  for (const lang of ['en', ...LANGUAGES]) {
    const words = await wordsOf(lang);
    assert.deepEqual([words.compass, words.months].map((list) => new Set(list.split(',')).size), [16, 12], lang);
  }
});
test('languages are offered in their own names, numbers are in Latin digits', async () => {
  const { spoken, nameOf, number } = await load('/src/i18n/words.svelte.ts');
  assert.deepEqual(spoken, ['en', 'id', 'vi', 'ja', 'ko', 'zh', 'km', 'lo', 'my', 'th']);
  const source = await readFile(new URL('../../crates/protocols/src/pages/words.rs', import.meta.url), 'utf8');
  const pages = [...source.matchAll(/language\("(\w+)", "([^"]+)"/g)].map(([, tag, name]) => [tag, name]);
  assert.deepEqual(spoken.map((tag) => [tag, nameOf(tag)]), pages);
  try {
    for (const lang of spoken) {
      await speaking(lang);
      assert.match(number(1234567.5), /^1[.,]234[.,]567[.,]5$/, lang);
    }
  } finally {
    await speaking('en');
  }
});

test('a permalink keeps what layers are coloured by, what is shown alone and what was asked', async () => {
  const { readPermalink, writePermalink } = await load('/src/state/permalink.ts');
  const link = { layers: new Map([['units', null], ['faults', 0.4]]), colours: new Map([['units', 'age'], ['faults', 'faultType']]), base: 'map', lang: 'en', only: { age: ['Jurassic', 'Upper,Odd;1'], lithology: ['limestone'] }, question: { age: 'ジュラ紀', relation: 'within', role: 'deposition', rock: 'basalt', main: true } };
  const read = readPermalink(writePermalink(link));
  assert.deepEqual([...read.layers], [...link.layers]);
  assert.deepEqual([...read.colours], [...link.colours]);
  assert.deepEqual(read.only, link.only);
  assert.deepEqual(read.question, link.question);
  assert.deepEqual(readPermalink('#relation=odd&only=age:&role=king').only, undefined);
});
test('suggestions are found by prefix in every language, whole names first', async () => {
  const { suggest, termsOf, bands } = await load('/src/geology/vocabulary.ts');
  const { geologyAnswer } = await import('../dev/geology.mjs');
  const terms = [...termsOf(geologyAnswer('vocabularies/ischart', new Map(), 'en')[1], 'age'), ...termsOf(geologyAnswer('vocabularies/simplelithology', new Map(), 'en')[1], 'rock')];
  const ids = (typed, lang = 'en') => suggest(terms, typed, lang, 5).map((s) => s.term.id);
  assert.equal(ids('jurassic')[0], 'Jurassic');
  assert.equal(ids('ジュラ')[0], 'Jurassic');
  assert.equal(ids('侏罗')[0], 'Jurassic');
  assert.equal(ids('石灰', 'ja')[0], 'limestone');
  assert.equal(suggest(terms, '侏罗', 'en', 1)[0].hit, '侏罗纪');
  assert.deepEqual(ids('  '), []);
  assert.deepEqual(bands(terms).map((b) => b.id).slice(-5), ['Jurassic', 'Cretaceous', 'Paleogene', 'Neogene', 'Quaternary']);
});
test('the line of time leads to an age and back, and to the end of a period near it', async () => {
  const { lineOf, placeOf, ageAt, STEPS } = await load('/src/geology/timeline.ts');
  const line = lineOf([{ older_ma: 201.4, younger_ma: 143.1 }, { older_ma: 143.1, younger_ma: 66 }]);
  assert.deepEqual([placeOf(line, 201.4), placeOf(line, 143.1), placeOf(line, 66)], [0, STEPS / 2, STEPS]);
  assert.equal(ageAt(line, STEPS / 2 + 20), 143.1);
  assert.equal(ageAt(line, placeOf(line, 100)), 100);
  assert.equal(lineOf([]), null);
});
test('a tree begins where it branches, opens while it is short, and keeps terms that are out of view', async () => {
  const { short, tops, rowsOf, openAtFirst, withCounts } = await load('/src/geology/rows.ts');
  const b = (id, below = [], rows = 1) => ({ id, uri: id, title: id, colour: '#000000', is_class: below.length === 0, rows, rows_below: rows, below });
  const tree = [b('eon', [b('era', [b('x'), b('y')]), b('old')])];
  assert.deepEqual(tops(tree).map((t) => t.id), ['era', 'old']);
  const rows = rowsOf(tops(tree), () => true);
  assert.deepEqual(rows.map((r) => [r.branch.id, r.level, r.place, r.of, r.parent]), [['era', 1, 1, 2, null], ['x', 2, 1, 2, 'era'], ['y', 2, 2, 2, 'era'], ['old', 1, 2, 2, null]]);
  assert.deepEqual([...openAtFirst(tops(tree), 3)], []);
  assert.deepEqual([...openAtFirst(tops(tree), 4)], ['era']);
  assert.equal(withCounts(tree, [b('eon', [b('old', [], 7)])])[0].below[1].rows_below, 7);
  assert.deepEqual(short([b('material', [b('rock', [b('chert'), b('tuff')])])].map((x) => ({ ...x })), 'lithology').map((x) => x.id), ['rock']);
  assert.deepEqual(short([b('era', [b('period')])], 'age').map((x) => x.id), ['era']);
  assert.equal(withCounts(tree, [])[0].below[0].rows_below, 0);
});

test('layers of other services are kept in a link; only addresses of the web are', async () => {
  const { readExternal, writeExternal } = await load('/src/external/link.ts');
  const layer = { kind: 'TILES', url: 'https://tiles.test/a,b;c/{z}/{x}/{y}?k=1', name: 'a', title: '地質, ; = & #', version: '', style: '', format: 'image/png', crs: '', attribution: 'BGS © 2026', legend: '', service: 'https://tiles.test/' };
  const kept = [{ layer, opacity: 0.35, visible: false }, { layer: { ...layer, kind: 'WMS', url: 'http://wms.test/?map=/x&y=1' }, opacity: 1, visible: true }];
  const text = writeExternal(kept);
  assert.deepEqual(readExternal(text), kept);
  assert.ok(!text.includes('&') && !text.includes('#'));
  assert.equal(readExternal(text.replaceAll('https%3A', 'javascript%3A')).length, 0);
  assert.equal(readExternal(Array(50).fill(text).join(';')).length, 20);
  assert.equal(readExternal(writeExternal([{ layer: { ...layer, url: 'https://name:word@tiles.test/{z}' }, opacity: 1, visible: true }]))[0].layer.url, 'https://tiles.test/{z}');
});

test('addresses keep what a service needs in its own and replace what is asked', async () => {
  const { query, rowsAddress, tileTemplate } = await load('/src/external/addresses.ts');
  const base = { kind: 'WMS', url: 'https://a.test/cgi?map=/x&request=GetCapabilities&service=wms', name: 'r', title: '', version: '1.1.1', style: '', format: 'image/png', crs: 'EPSG:900913', attribution: '', legend: '', service: '' };
  assert.match(tileTemplate(base), /^https:\/\/a\.test\/cgi\?map=%2Fx&SERVICE=WMS&VERSION=1\.1\.1&REQUEST=GetMap&LAYERS=r&STYLES=&SRS=EPSG%3A900913&.*&BBOX=\{bbox-epsg-3857\}$/);
  const rows = (more) => new URL(rowsAddress({ ...base, kind: 'WFS', format: 'application/json', ...more }, [10, 20, 11, 21])).searchParams;
  assert.equal(rows({ version: '2.0.0' }).get('BBOX'), '20,10,21,11,urn:ogc:def:crs:EPSG::4326');
  assert.deepEqual([rows({ version: '1.0.0' }).get('BBOX'), rows({ version: '1.0.0' }).get('MAXFEATURES')], ['10,20,11,21', '1000']);
  assert.equal(query('https://a.test/?Request=x#y', { REQUEST: 'z' }), 'https://a.test/?REQUEST=z');
});

test('the box of events understands conditions in several spellings and leaves words', async () => {
  const { understand, countryNames } = await load('/src/hazard/understand.ts');
  const read = (text, lang = 'en') => understand(text, { here: { lng: 140, lat: 36 }, countries: countryNames(lang) });
  assert.deepEqual(read('M>=6 1900..1950'), { change: { minmag: 6, start: '1900', end: '1950' }, words: '' });
  assert.deepEqual(read('VEI>=5 deaths>100 depth<70').change, { minvei: 5, mindeaths: 101, maxdepth: 70 });
  assert.deepEqual(read('m6-7.5 tambora').change, { minmag: 6, maxmag: 7.5 });
  assert.equal(read('m6-7.5 tambora').words, 'tambora');
  assert.deepEqual(read('within 200 km of here').change, { around: { lng: 140, lat: 36, km: 200 } });
  assert.deepEqual(read('within 50 km of -8.25, 118').change, { around: { lng: 118, lat: -8.25, km: 50 } });
  assert.deepEqual(read('tsunamis in papua new guinea since 1990').change, { country: 'Papua New Guinea', start: '1990', kinds: ['tsunami'] });
  assert.deepEqual(read('2150 BCE..79'), { change: { start: '-2149', end: '0079' }, words: '' });
  assert.deepEqual(read('噴火 VEI>=5 インドネシア', 'ja').change, { minvei: 5, kinds: ['eruption'], country: 'Indonesia' });
  assert.deepEqual(read('ここから200km以内 M≧6'.replace('≧', '≥'), 'ja').change, { around: { lng: 140, lat: 36, km: 200 }, minmag: 6 });
  assert.deepEqual(read('Great Kanto 1923'), { change: { start: '1923', end: '1923' }, words: 'Great Kanto' });
  assert.deepEqual(read('M<5').change, { maxmag: 5 });
  assert.deepEqual([read('M>=6,5').change, read('M 6,5-7,25').change, read('within 50 km of 38,142').change.around], [{ minmag: 6.5 }, { minmag: 6.5, maxmag: 7.25 }, { lat: 38, lng: 142, km: 50 }]);
  for (const text of ['M>=', '1900..', '..', 'within km of here', '((((', 'M>=1e99 '.repeat(500)]) assert.equal(typeof read(text).words, 'string');
});

test('dates of events: as precise as known, before the common era too', async () => {
  const { dateSaid, readDate, millisOf, endOf, dateTyped, isoOf } = await load('/src/hazard/dates.ts');
  assert.equal(dateSaid('1815-04', '1815-04-01T00:00:00Z'), 'Apr\u00a01815');
  assert.equal(dateSaid('-002149', '-002149-01-01T00:00:00Z'), '2150\u00a0BCE');
  assert.equal(dateSaid('0079-08-24', '0079-08-24T00:00:00Z'), '24\u00a0Aug\u00a079\u00a0CE');
  assert.equal(dateSaid('2011-03-11T05:46:23Z'), '11\u00a0Mar\u00a02011, 05:46:23\u00a0UTC');
  assert.deepEqual(['2150 BCE', '前2150', '-2150', '79', '1815-4', '1815-04-31T25', 'soon', '1815-13'].map(readDate), ['-2149', '-2149', '-2149', '0079', '1815-04', null, null, null]);
  assert.equal(dateTyped('-2149'), '2150 BCE');
  assert.equal(new Date(millisOf('0079-08-24')).getUTCFullYear(), 79);
  assert.ok(millisOf('-002149') < millisOf('-000001') && millisOf('-000001') < millisOf('0001'));
  assert.equal(endOf('1815-12'), Date.UTC(1816, 0, 1));
  assert.equal(isoOf(millisOf('-2149')), '-2149-01-01T00:00:00Z');
});

test('dates are told in each language as the server’s pages tell them, and years before the common era are read back', async () => {
  const { dateSaid, dateTyped, readDate } = await load('/src/hazard/dates.ts');
  // From the table of crates/protocols/src/pages/moments.rs.
  const TOLD = {
    id: ['11 Mar 2011, 05:46:24', 'Apr 1815', '2150 SM', '24 Agu 480 SM'],
    vi: ['ngày 11 tháng 3 năm 2011, 05:46:24', 'tháng 4 năm 1815', 'năm 2150 TCN', 'ngày 24 tháng 8 năm 480 TCN'],
    ja: ['2011年3月11日 05:46:24', '1815年4月', '紀元前2150年', '紀元前480年8月24日'],
    ko: ['2011년 3월 11일 05:46:24', '1815년 4월', '기원전 2150년', '기원전 480년 8월 24일'],
    zh: ['2011年3月11日 05:46:24', '1815年4月', '公元前2150年', '公元前480年8月24日'],
    km: ['11 មីនា 2011 ម៉ោង 05:46:24', 'មេសា 1815', '2150 មុន គ.ស.', '24 សីហា 480 មុន គ.ស.'],
    lo: ['11 ມີນາ 2011 ເວລາ 05:46:24', 'ເມສາ 1815', '2150 ປີກ່ອນ ຄ.ສ.', '24 ສິງຫາ 480 ປີກ່ອນ ຄ.ສ.'],
  };
  const KEYS = { dateDay: 'date_day', dateMonth: 'date_month', dateYear: 'date_year', dateBefore: 'date_before', dateTime: 'date_time' };
  try {
    for (const lang of ['en', ...LANGUAGES]) {
      await speaking(lang);
      const own = await wordsOf(lang);
      const pages = JSON.parse(await readFile(new URL(`../../crates/protocols/src/pages/words/${lang}.json`, import.meta.url), 'utf8'));
      for (const [key, page] of Object.entries(KEYS)) assert.equal(own[key], pages[page], `${lang} ${key}`);
      assert.deepEqual(own.months.split(','), Array.from({ length: 12 }, (_, i) => pages[`month_${String(i + 1).padStart(2, '0')}`]), lang);
      const told = ['2011-03-11T05:46:24Z', '1815-04', '-2149', '-0479-08-24'].map((time) => dateSaid(time).replaceAll('\u00a0', ' ').replace(' UTC', ''));
      if (TOLD[lang]) assert.deepEqual(told, TOLD[lang]);
      assert.ok(told[0].includes('2011') && !/25\d\d/.test(told[0]), `${lang}: years of the common era`);
      for (const typed of [dateTyped('-2149'), dateSaid('-2149'), own.earliestDate, '2150 BCE', '-2150']) assert.equal(readDate(typed), '-2149', `${lang} ${typed}`);
      assert.equal(readDate('1815'), '1815', lang);
    }
    await speaking('th');
    assert.equal(dateSaid('2011-03-11').replaceAll('\u00a0', ' '), '11 มีนาคม ค.ศ. 2011');
    assert.equal(readDate('๑๘๑๕-๐๔'), '1815-04');
  } finally {
    await speaking('en');
  }
});
test('the one box understands the words of every language, and the examples of its own help', async () => {
  const { understand, countryNames, ownWords } = await load('/src/hazard/understand.ts');
  const here = { lng: 140, lat: 36 };
  try {
    for (const lang of ['en', ...LANGUAGES]) {
      await speaking(lang);
      const { t } = await load('/src/i18n/words.svelte.ts');
      const read = (text) => understand(text, { here, countries: countryNames(lang), own: ownWords() });
      assert.deepEqual(read(`${t('deaths')}>100 ${t('depth')}<70 ${t('magnitude')} 6-7.5`), { change: { mindeaths: 101, maxdepth: 70, minmag: 6, maxmag: 7.5 }, words: '' }, lang);
      assert.deepEqual(read(t('helpHere', { km: 200 })), { change: { around: { ...here, km: 200 } }, words: '' }, lang);
      assert.deepEqual(read(`${t('helpCountry')} ${t('tsunamis')}`), { change: { country: 'Indonesia', kinds: ['tsunami'] }, words: '' }, lang);
      for (const kind of ['earthquake', 'eruption', 'tsunami', 'landslide']) assert.deepEqual(read(`${t(kind)} Krakatau`), { change: { kinds: [kind] }, words: 'Krakatau' }, `${lang} ${kind}`);
      for (const gap of ['', ' ']) assert.deepEqual(read(`${t('earliestDate')}${gap}..79`).change, { start: '-2149', end: '0079' }, lang);
      assert.deepEqual(read(`${t('reviewed')} M>=5`).change, { status: 'reviewed', minmag: 5 }, lang);
      assert.deepEqual(read(`${t('preliminary')} M>=5`).change, { status: 'automatic', minmag: 5 }, lang);
    }
    await speaking('th');
    // Digits of the reader's own script are numbers, and what is composed in Thai stays as it was typed.
    assert.deepEqual(understand('M>=๖ น้ำ', { here, countries: countryNames('th'), own: ownWords() }), { change: { minmag: 6 }, words: 'น้ำ' });
  } finally {
    await speaking('en');
  }
});

test('beachballs: quadrants of pure thrust, normal and strike-slip faulting, and a tensor of its own', async () => {
  const { tensorOf, tensorOfRtp, motion, direction, faulting } = await load('/src/hazard/beachball.ts');
  const at = (m, right, up) => Math.sign(motion(Array.isArray(m) ? m : tensorOf(m), direction(right, up)));
  // Thrust on a plane of 45° that strikes north: filled in the middle, white to the sides. Normal faulting is its reverse.
  const thrust = { strike: 0, dip: 45, rake: 90 };
  const normal = { strike: 0, dip: 45, rake: -90 };
  assert.deepEqual([at(thrust, 0, 0), at(thrust, 0.9, 0), at(thrust, -0.9, 0)], [1, -1, -1]);
  assert.deepEqual([at(normal, 0, 0), at(normal, 0.9, 0), at(normal, -0.9, 0)], [-1, 1, 1]);
  // Left-lateral slip on a vertical plane that strikes north: compression to the north-west and south-east (Aki and Richards, 4.3).
  const slip = { strike: 0, dip: 90, rake: 0 };
  assert.deepEqual([at(slip, 0.6, 0.6), at(slip, -0.6, 0.6), at(slip, 0.6, -0.6), at(slip, -0.6, -0.6)], [1, -1, -1, 1]);
  assert.deepEqual([thrust, normal, slip, { strike: 0, dip: 60, rake: 45 }].map(faulting), ['thrust', 'normal', 'strikeSlip', 'oblique']);
  // No volume change, and a double couple has no third part.
  for (const m of [thrust, normal, slip, { strike: 203, dip: 10, rake: 88 }]) {
    const [xx, yy, zz, xy, xz, yz] = tensorOf(m);
    assert.ok(Math.abs(xx + yy + zz) < 1e-12);
    assert.ok(Math.abs(xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz)) < 1e-12);
  }
  // Tohoku 2011, Global CMT: tensor in 10^29 dyne cm and its plane 203/10/88 agree nearly everywhere.
  const gcmt = tensorOfRtp(1.73, -0.281, -1.45, 2.12, 4.55, -0.657);
  let [same, all] = [0, 0];
  for (let x = -0.95; x < 1; x += 0.1) for (let y = -0.95; y < 1; y += 0.1) if (Math.hypot(x, y) < 0.95) { all++; same += at(gcmt, x, y) === at({ strike: 203, dip: 10, rake: 88 }, x, y); }
  assert.ok(same / all > 0.95, `${same} of ${all}`);
});

test('columns of points are read, put in the order of time and found again', async () => {
  const { readPoints, placeOf, touched, histogram, kindAt, sizeAt, depthAt } = await load('/src/hazard/points.ts');
  const n = 5;
  const buffer = new ArrayBuffer(8 + n * 22);
  const view = new DataView(buffer);
  new Uint8Array(buffer).set([...'TEV1'].map((c) => c.charCodeAt(0)));
  view.setUint32(4, n, true);
  const rows = [[1e9, 179.9, 10, 800, 350, 0], [-1.3e11, -179.9, 10, 700, -32768, 1], [1.2e9, 0, 0, -32768, 100, 0], [5, 20, 20, 100, 0, 2], [1.1e9, 100, -40, 650, 6000, 0]];
  rows.forEach(([t, x, y, size, depth, kind], i) => {
    view.setFloat64(8 + 8 * i, t, true);
    view.setFloat32(8 + 8 * n + 4 * i, x, true);
    view.setFloat32(8 + 12 * n + 4 * i, y, true);
    view.setInt16(8 + 16 * n + 2 * i, size, true);
    view.setInt16(8 + 18 * n + 2 * i, depth, true);
    view.setUint8(8 + 20 * n + i, kind);
  });
  const p = readPoints(buffer);
  assert.deepEqual([...p.order], [1, 3, 0, 4, 2]);
  assert.deepEqual([placeOf(p.times, -2e11), placeOf(p.times, 5), placeOf(p.times, 6), placeOf(p.times, 9e9)], [0, 1, 2, 5]);
  assert.deepEqual([kindAt(p, 1), sizeAt(p, 0), sizeAt(p, 2), depthAt(p, 1), depthAt(p, 4)], ['eruption', 8, null, null, 600]);
  assert.equal(histogram(p.times, -2e11, 2e9, 4).reduce((a, b) => a + b), 5);
  const look = { lng: -179.95, lat: 10, step: 0.05, from: -Infinity, to: Infinity, radius: () => 4 };
  assert.equal(touched(p, look), 1);
  assert.equal(touched(p, { ...look, from: 0 }), 0, 'across 180°');
  assert.equal(touched(p, { ...look, lng: 50 }), null);
  assert.throws(() => readPoints(buffer.slice(0, 60)), /cut off/);
  assert.throws(() => readPoints(new ArrayBuffer(40)), /TEV1/);
});

test('of very many events only those that lie under others or outside are left out', async () => {
  const { thin } = await load('/src/hazard/thin.ts');
  const place = new Float32Array([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.52, 0.5, 0.9, 0.5, 0.999, 0.5]);
  const out = new Uint32Array(7);
  const seen = { x: 0.5, y: 0.5, world: 2048, width: 400, height: 300, margin: 40 };
  assert.equal(thin(place, { order: null, from: 0, to: 7 }, seen, out), 4);
  assert.deepEqual([...out.subarray(0, 4)], [0, 1, 2, 4]);
  const order = Uint32Array.from([6, 5, 4, 3, 2, 1, 0]);
  const inTime = Float32Array.from([...order].flatMap((row) => [place[2 * row], place[2 * row + 1]]));
  assert.equal(thin(inTime, { order, from: 2, to: 7 }, seen, out), 4);
  assert.deepEqual([...out.subarray(0, 4)], [4, 2, 1, 0], 'the newest is drawn last');
  assert.equal(thin(place, { order: null, from: 6, to: 7 }, { ...seen, x: 0.01 }, out), 1, 'across 180°');
  assert.equal(thin(place, { order: null, from: 0, to: 7 }, { ...seen, hole: [-10, -10, 10, 10] }, out), 1, 'what is seen already is not drawn');
  assert.equal(out[0], 4);
  assert.equal(thin(place, { order: null, rows: Uint32Array.of(1, 3, 4), from: 0, to: 3 }, seen, out), 3);
  assert.deepEqual([...out.subarray(0, 3)], [1, 3, 4], 'of those that were looked up');
  assert.equal(thin(place, { order: null, from: 0, to: 7, limit: 2 }, seen, out), 2);
  assert.equal(thin(inTime, { order, from: 2, to: 7, limit: 2 }, seen, out), 2);
  assert.deepEqual([...out.subarray(0, 2)], [1, 0], 'of a window too, only the largest rows');
});

test('an event is found in the cells around a place as it is among all', async () => {
  const { around, rowsAround } = await load('/src/hazard/cells.ts');
  const places = [[-179.9, 10], [179.9, 10.5], [0.5, -89.9], [0.5, 89.9], [12.25, 44.75], [180, 10]];
  const points = { count: places.length, lng: Float32Array.from(places, (p) => p[0]), lat: Float32Array.from(places, (p) => p[1]) };
  const found = (lng, lat, reach) => {
    const rows = [];
    around(points, { lng, lat }, reach, (row) => rows.push(row));
    return rows.sort();
  };
  assert.deepEqual(found(180, 10, { lng: 1, lat: 1 }), [0, 1, 5], 'across 180°');
  assert.deepEqual(found(-180, 10, { lng: 1, lat: 1 }), [0, 1, 5]);
  assert.deepEqual(found(12, 45, { lng: 0.5, lat: 0.5 }), [4]);
  assert.deepEqual(found(0, 0, { lng: 500, lat: 500 }), [0, 1, 2, 3, 4, 5], 'each once, however far');
  assert.deepEqual([...rowsAround(points, { lng: 180, lat: 10 }, { lng: 1, lat: 1 }, 3)], [0, 1, 5], 'in the order of rows');
  assert.equal(rowsAround(points, { lng: 180, lat: 10 }, { lng: 1, lat: 1 }, 2), null, 'too many to look up');
});

test('a picture of events lies where the map has moved, and tells what it lacks', async () => {
  const { keptAt, lackingOf, placing } = await load('/src/hazard/pane.ts');
  const scene = { x: 0.5, y: 0.5, world: 1000, width: 200, height: 100, across: 400, down: 200, margin: 50, events: 'all', upto: 0 };
  const here = placing(scene, scene);
  assert.deepEqual([here.box, here.exact, here.covers], [[-1.5, -2, 1.5, 2], true, true]);
  const east = placing(scene, { ...scene, x: 0.54 });
  assert.deepEqual([east.box, east.exact, east.covers, east.away.toFixed(6)], [[-1.9, -2, 1.1, 2], false, true, '40.000000'], 'the map went east, its picture lies further west');
  assert.equal(placing(scene, { ...scene, x: 0.56 }).covers, false);
  assert.equal(placing(scene, { ...scene, x: 0.8 }).overlaps, false);
  assert.deepEqual(placing({ ...scene, x: 0.99 }, { ...scene, x: 0.03 }).box, placing(scene, { ...scene, x: 0.54 }).box, 'across 180°');
  assert.equal(placing(scene, { ...scene, y: 0.5002 }).box[1], -2, 'to a whole dot');
  assert.equal(placing(scene, { ...scene, world: 2000 }).sharp, false);
  assert.equal(placing(scene, { ...scene, world: 4000 }), null);
  assert.equal(placing(scene, { ...scene, events: 'others' }), null);

  const area = (parts) => parts.reduce((sum, p) => sum + p.width * p.height, 0);
  const size = [30, 20];
  for (const [right, down] of [[0, 0], [4, 0], [-4, 0], [0, 3], [0, -3], [4, 3], [-4, 3], [4, -3], [-4, -3]]) {
    const parts = lackingOf(size, right, down);
    assert.equal(area(parts), 600 - (30 - Math.abs(right)) * (20 - Math.abs(down)), `${right} ${down}`);
    // What was in the picture lies moved the other way; y counts upwards.
    const lacks = (x, y) => parts.filter((p) => x >= p.x && x < p.x + p.width && y >= p.y && y < p.y + p.height).length;
    for (let x = 0; x < 30; x++) for (let y = 0; y < 20; y++) assert.equal(lacks(x, y), x + right >= 0 && x + right < 30 && y - down >= 0 && y - down < 20 ? 0 : 1, `${right} ${down}: ${x} ${y}`);
    const kept = parts.flatMap((part) => keptAt(size, [27, 5], part));
    assert.equal(area(kept), area(parts));
    assert.ok(kept.every((p) => p.x >= 0 && p.y >= 0 && p.x + p.width <= 30 && p.y + p.height <= 20));
  }
  assert.deepEqual(keptAt(size, [27, 0], { x: 2, y: 0, width: 4, height: 20 }), [{ x: 29, y: 0, width: 1, height: 20, from: [27, 0] }, { x: 0, y: 0, width: 3, height: 20, from: [-3, 0] }]);
});

test('a frame draws fewer events where frames are late, and only where it was waited for', async () => {
  const { Budget } = await load('/src/hazard/budget.ts');
  const after = (gap, { due = true, drawn = 1e6, frames = 60 } = {}) => {
    const budget = new Budget();
    for (let i = 0; i < frames; i++) {
      budget.frame(i * gap, due);
      budget.drew(drawn);
    }
    return budget.events;
  };
  const begun = new Budget().events;
  assert.equal(after(17, { frames: 1000 }), 1_000_000, 'as many as there may be');
  assert.ok(after(17) > begun);
  assert.ok(after(60) < begun && after(60) === after(60, { frames: 1000 }), 'a few are drawn always');
  assert.equal(after(60, { due: false }), begun);
  assert.equal(after(900), begun, 'a pause');
  assert.equal(after(17, { drawn: 10 }), begun, 'who drew little knows little');

  // One in ten events is in the view.
  const budget = new Budget();
  const tenth = (limit) => Math.floor(limit / 10);
  const found = budget.fit(1e6, true, tenth);
  assert.ok(found > budget.events * 0.7 && found <= budget.events, `${found}: at once about as many as there is time for`);
  for (let i = 0; i < 100; i++) budget.fit(1e6, false, tenth);
  const { limit } = budget;
  budget.fit(1e6, false, (l) => tenth(l) * 1.1);
  assert.equal(budget.limit, limit, 'it stays while it fits roughly');
  budget.fit(1e6, false, (l) => tenth(l) * 3);
  assert.ok(budget.limit < limit / 2);
  for (let i = 0; i < 100; i++) budget.fit(1e6, false, () => 1);
  assert.equal(budget.limit, 1e6, 'all, and no more');
});

test('a search of events is an address and comes back from it', async () => {
  const { readHazard, writeHazard, SECTION_WIDTH_KM } = await load('/src/hazard/address.ts');
  const { NO_EVENTS_ASKED, parametersOf, fdsnParameters } = await load('/src/hazard/question.ts');
  const question = { ...NO_EVENTS_ASKED, kinds: ['earthquake', 'tsunami'], words: 'Sanriku; & more', start: '-2149', minmag: 6.5, mindeaths: 10, country: 'Papua New Guinea', around: { lng: -179.5, lat: -20, km: 250 }, sort: 'deadliest' };
  const link = { question, chart: 'section', line: [[138, 38.5], [146, 37]], width: 200, persons: true, time: { from: -1e9, to: 1.4e9 } };
  assert.deepEqual(readHazard(writeHazard(link)), link);
  const broken = readHazard('minmag:x;line:1,2,3;around:1,95,3;time:5,2;chart:none;kind:ghost;width:-3;%E0%A4%A');
  assert.deepEqual(broken, { question: NO_EVENTS_ASKED, chart: null, line: [], width: SECTION_WIDTH_KM, persons: false, time: null });
  assert.equal(writeHazard(broken), 'all');
  assert.equal(parametersOf({ ...NO_EVENTS_ASKED, inView: true }, [], [170, -30, -170, 0]).bbox, '170,-30,-170,0');
  assert.equal(parametersOf(question, ['a', 'b'], null).catalog, 'a,b');
  const standard = fdsnParameters({ ...NO_EVENTS_ASKED, start: '1900', end: '1950', minmag: 6 }, null);
  assert.deepEqual([standard.starttime, standard.endtime, standard.minmagnitude], ['1900-01-01T00:00:00Z', '1951-01-01T00:00:00Z', 6]);
});

test('a view tells its box across 180°, a ring its places', async () => {
  const { boxOfView, kilometres, ring } = await load('/src/hazard/view.ts');
  const [w, s, e, n] = boxOfView({ zoom: 4, lat: 0, lng: 180 }, [1000, 600]);
  assert.ok(w > e && s < 0 && n > 0 && Math.abs(s + n) < 1e-6, `${w} ${e}`);
  assert.deepEqual(boxOfView({ zoom: 0, lat: 0, lng: 10 }, [1000, 600]).filter((_, i) => i % 2 === 0), [-180, 180]);
  const centre = { lng: 179.5, lat: -20 };
  for (const [lng, lat] of ring(centre, 200)) assert.ok(Math.abs(kilometres(centre, { lng, lat }) - 200) < 0.01);
});
test('a merged catalogue is asked instead of those that it stands for', async () => {
  const { toldOnce } = await load('/src/hazard/question.ts');
  const table = (collection, kind, ...standsFor) => ({ collection, kind, standsFor });
  const names = (...tables) => toldOnce(tables).map((one) => one.collection);
  const [comcat, isc] = [table('comcat', 'earthquake'), table('isc', 'earthquake')];
  assert.deepEqual(names(comcat, isc, table('merged', 'earthquake', 'isc', 'comcat'), table('eruptions', 'eruption')), ['merged', 'eruptions']);
  assert.deepEqual(names(comcat, isc), ['comcat', 'isc'], 'it is not among them');
  assert.deepEqual(names(table('a', 'earthquake', 'b'), table('b', 'earthquake', 'a')), ['a', 'b'], 'two that stand for each other are both asked');
  assert.deepEqual(names(comcat, table('eruptions', 'eruption', 'comcat')), ['comcat', 'eruptions'], 'of another kind');
});
