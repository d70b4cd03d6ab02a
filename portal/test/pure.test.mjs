// The parts that need no browser, loaded through Vite so that they are the sources themselves.
import assert from 'node:assert/strict';
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

test('every language file has the words of the English one, and their blanks', async () => {
  const names = (await Promise.all(['/src/i18n', '/src/geology/words', '/src/external/words', '/src/external/words'].map(async (folder) => Object.keys((await load(`${folder}/en.json`)).default)))).flat();
  assert.equal(new Set(names).size, names.length, 'no word is in two files');
  for (const folder of ['/src/i18n', '/src/geology/words']) {
    const en = (await load(`${folder}/en.json`)).default;
    const ja = (await load(`${folder}/ja.json`)).default;
    assert.deepEqual(Object.keys(ja), Object.keys(en));
    const blanks = (text) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
    for (const key of Object.keys(en)) assert.deepEqual(blanks(ja[key]), blanks(en[key]), key);
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
