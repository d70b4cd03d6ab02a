// The viewer in a real browser, against the mock server or, with TERRANE_URL and TERRANE_MAP, against a running one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { MAP, accessible, addressed, at, atRest, begin, calm, coloursOf, contained, documentOf, end, equals, open, real, seen, until, SIZES } from './browser.mjs';

const CHOSEN = [11, 110, 110];
const layersOf = (url) => url.searchParams.get('LAYERS');
const made = { skip: real && 'needs what only the mock server serves' };
let doc;

const viewOf = (hash) => /map=([^&]*)/.exec(hash)[1].split('/').map(Number);
/** Waits until the address says where the map is, and that fulfils a test; returns zoom, latitude and longitude. */
const viewed = async (page, is = () => true) => viewOf(await addressed(page, (_, plain) => plain.includes('map=') && is(...viewOf(plain)), `the view: ${is}`));
const row = (page, title) => page.getByRole('checkbox', { name: title, exact: true });

/** Clicks over the map until something is found; answers with what the server said. */
async function identify(page, tap = false) {
  const box = await page.locator('#map').boundingBox();
  const bottom = tap ? 0.42 : 0.9;
  for (const [fx, fy] of [[0.5, 0.4], [0.42, 0.3], [0.58, 0.35], [0.5, bottom * 0.9], [0.3, 0.4], [0.35, 0.25], [0.65, 0.4]]) {
    const answer = page.waitForResponse((r) => r.url().includes('GetFeatureInfo'));
    const point = [box.x + box.width * fx * (tap ? 1 : 0.7), box.y + box.height * fy];
    if (tap) await page.touchscreen.tap(...point);
    else await page.mouse.click(...point);
    const response = await answer;
    assert.equal(response.status(), 200);
    const { features } = await response.json();
    if (features.length > 0) return { features, url: new URL(response.url()) };
  }
  assert.fail('nothing is found anywhere on the map');
}

describe('viewer', () => {
  before(async () => {
    await begin();
    doc = await documentOf('en');
  });
  after(end);

  test('draws the visible layers, each with its own pictures, and none of the hidden ones', async () => {
    const v = await open();
    await v.settled();
    await equals(() => v.page.title(), doc.title, 'the title');
    await equals(() => v.page.locator('h1').textContent(), doc.title, 'the title');
    const asked = new Set(v.pictures().map(layersOf));
    for (const layer of doc.flat.filter((l) => !l.visible)) assert.ok(!asked.has(layer.wmsLayers), `${layer.id} is hidden`);
    assert.ok(doc.flat.some((l) => l.visible && asked.has(l.wmsLayers)), 'a visible layer is drawn');
    if (doc.base) assert.ok(asked.has(doc.base), 'the base map is drawn');
    for (const url of v.pictures()) {
      const q = Object.fromEntries(url.searchParams);
      assert.deepEqual([q.VERSION, q.CRS, q.WIDTH, q.HEIGHT, q.FORMAT, q.TRANSPARENT], ['1.3.0', 'EPSG:3857', '512', '512', 'image/png', 'TRUE']);
      const [x0, y0, x1, y1] = q.BBOX.split(',').map(Number);
      assert.ok(x1 > x0 && Math.abs(x1 - x0 - (y1 - y0)) < 0.01, `square tile ${q.BBOX}`);
    }
    await seen(v.page, (c) => c.colours > 4, 'something');
    await v.close();
  });

  test('a layer turned on is asked for, one turned off no more', async () => {
    const v = await open();
    await v.settled();
    const on = doc.flat.find((l) => l.visible && v.pictures().some((u) => layersOf(u) === l.wmsLayers));
    const twin = (l) => doc.flat.filter((x) => x.wmsLayers === l.wmsLayers).length > 1;
    assert.ok(on && !twin(on));
    await row(v.page, on.title).uncheck();
    const before = v.requests.length;
    await v.page.getByRole('button', { name: 'Zoom in' }).click();
    await v.settled();
    const later = v.requests.slice(before).filter((r) => r.includes('GetMap')).map((r) => layersOf(new URL(r)));
    assert.ok(!later.includes(on.wmsLayers), `${on.id} is off`);
    const again = v.requests.length;
    await row(v.page, on.title).check();
    await v.settled();
    await until(() => v.requests.slice(again).some((r) => r.includes('GetMap') && layersOf(new URL(r)) === on.wmsLayers), `${on.id} is on again`);
    await v.close();
  });

  test('the first layer of the tree is drawn on top', made, async () => {
    // Places are first in the tree and units last: a place's dot of ink must not be covered by the units.
    const v = await open({ path: 'p/mino#map=13/35.5447/136.9075&layers=places,gsj-mino-units:1&base=paper&lang=en' });
    await v.settled();
    await seen(v.page, (c) => c.hits > 20, 'ink', [27, 30, 35]);
    await v.close();
  });

  test('opacity changes what is seen and is kept in the address', async () => {
    const v = await open();
    await v.settled();
    const layer = doc.flat.find((l) => l.visible && v.pictures().some((u) => layersOf(u) === l.wmsLayers));
    await v.page.getByRole('button', { name: `Details of ${layer.title}`, exact: true }).click();
    const slider = v.page.getByRole('slider', { name: 'Opacity' });
    const { sum } = await atRest(v.page);
    assert.equal((await coloursOf(v.page)).sum, sum, 'the map stands still');
    await slider.fill('0.25');
    await addressed(v.page, (_, plain) => plain.includes(`${encodeURIComponent(layer.id)}:0.25`), `${layer.id}:0.25`);
    await equals(() => v.page.locator('output').textContent(), '25%', 'the opacity');
    await seen(v.page, (c) => c.sum !== sum, 'the layer is fainter');
    await v.close();
  });

  test('a permalink brings back the place, the layers, their opacities, the base and the language', async () => {
    const v = await open();
    await v.settled();
    const off = doc.flat.find((l) => l.visible);
    const others = doc.flat.filter((l) => l !== off);
    await row(v.page, off.title).uncheck();
    if (doc.base) await v.page.getByRole('radio', { name: 'White paper' }).check();
    if (others[0]) {
      await row(v.page, others[0].title).check();
      await v.page.getByRole('button', { name: `Details of ${others[0].title}`, exact: true }).click();
      await v.page.getByRole('slider', { name: 'Opacity' }).fill('0.4');
    }
    const [far] = await viewed(v.page);
    await v.page.getByRole('button', { name: 'Zoom in' }).click();
    await v.settled();
    const listed = (plain) => /layers=([^&]*)/.exec(plain)[1].split(',');
    const hash = await addressed(v.page, (_, plain) =>
      viewOf(plain)[0] === Math.floor(far + 1e-6) + 1
      && !listed(plain).some((entry) => entry.split(':')[0] === encodeURIComponent(off.id))
      && (!doc.base || plain.includes('base=paper'))
      && (!others[0] || listed(plain).some((entry) => entry.startsWith(`${encodeURIComponent(others[0].id)}:0.4`))), 'all that was changed');
    await v.close();

    const w = await open({ path: `p/${MAP}${hash}` });
    await w.settled();
    await equals(() => row(w.page, off.title).isChecked(), false, `${off.id} is on`);
    if (doc.base) {
      await equals(() => w.page.getByRole('radio', { name: 'White paper' }).isChecked(), true, 'the base is paper');
      assert.ok(!w.pictures().some((u) => layersOf(u) === doc.base), 'white paper asks for no base map');
    }
    if (others[0]) {
      await w.page.getByRole('button', { name: `Details of ${others[0].title}`, exact: true }).click();
      await equals(() => w.page.getByRole('slider', { name: 'Opacity' }).inputValue(), '0.4', 'the opacity');
    }
    // It must not become another when the page writes it anew.
    await w.page.waitForTimeout(600);
    assert.equal(await addressed(w.page, /map=/), hash);
    // The address changed by hand is followed too: the next step of the map begins there.
    const [zoom, lat, lng] = viewOf(hash);
    await w.page.evaluate((h) => (location.hash = h), hash.replace(/map=[^&]*/, `map=${zoom}/${(lat + 0.01).toFixed(4)}/${lng}`));
    await w.settled();
    await w.page.getByRole('button', { name: 'Zoom in' }).click();
    await viewed(w.page, (near, there) => near === zoom + 1 && Math.abs(there - lat - 0.01) < 1e-3);
    await w.close();
  });

  test('an address changed by hand is followed though the page writes its own before it hears of it', async () => {
    const v = await open();
    await v.settled();
    const [zoom, lat, lng] = await viewed(v.page);
    // To copy the link writes the address at once; the word of the change by hand comes only after.
    await v.page.evaluate((view) => {
      location.hash = location.hash.replace(/map=[^&]*/, view);
      [...document.querySelectorAll('header button')].find((b) => b.textContent === 'Copy link').click();
    }, `map=${zoom}/${lat + 0.1}/${lng}`);
    await v.page.getByRole('button', { name: 'Zoom in' }).click();
    await viewed(v.page, (near, there) => near > zoom && Math.abs(there - lat - 0.1) < 1e-3);
    await v.close();
  });

  test('a click tells what is here: title, values, source, and marks it on the map', async () => {
    const v = await open();
    await v.settled();
    const before = (await atRest(v.page, CHOSEN)).hits;
    const { features, url } = await identify(v.page);
    assert.equal(url.searchParams.get('WIDTH'), '101');
    assert.equal(url.searchParams.get('I'), '50');
    const card = v.page.locator('article').first();
    await card.waitFor();
    await equals(() => v.page.locator('article').count(), features.length, 'cards');
    assert.ok((await card.locator('.title').textContent()).trim().length > 0);
    await card.getByRole('button', { name: /attribute/ }).click();
    const everything = await card.locator('dl.all').textContent();
    const layer = features.map((f) => f.layer);
    const first = features.find((f) => layer.indexOf(f.layer) === layer.lastIndexOf(f.layer)) ?? features[0];
    const texts = features.flatMap((f) => Object.values(f.properties).filter((x) => typeof x === 'string' && x && !/^\d{4}-/.test(x)));
    assert.ok(first && (texts.length === 0 || texts.some((x) => everything.includes(x))), `the card says what the server said: ${everything}`);
    await seen(v.page, (c) => c.hits > before + 40, `the feature is marked, beside ${before} dots`, CHOSEN);
    const link = await card.getByRole('link', { name: 'Dataset page' }).getAttribute('href');
    assert.match(link, /\/d\/[^/]+$/);
    assert.equal((await fetch(link)).status, 200);
    await v.page.getByRole('button', { name: 'Copy coordinates' }).click();
    await until(async (see) => /^-?\d+\.\d{6}, -?\d+\.\d{6}$/.test(see(await v.page.evaluate(() => navigator.clipboard.readText()))), 'the coordinates are copied');
    await v.page.keyboard.press('Escape');
    await equals(() => v.page.locator('article').count(), 0, 'cards');
    await seen(v.page, (c) => c.hits === before, 'no mark when closed', CHOSEN);
    await v.close();
  });

  test('the card of a unit has its name in both languages, its age and its area with the unit', made, async () => {
    const v = await open({ path: 'p/mino#map=11/35.62/136.86&layers=gsj-mino-units&lang=en' });
    await v.settled();
    const box = await v.page.locator('#map').boundingBox();
    await v.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const card = v.page.locator('article');
    await card.waitFor();
    const words = (await card.innerText()).replaceAll('\u00a0', ' ');
    const { features } = await (await fetch(at(`wms?REQUEST=GetFeatureInfo&QUERY_LAYERS=gsj-mino-units&BBOX=15235187,4243930,15235287,4244030&WIDTH=3&HEIGHT=3&I=1&J=1`))).json();
    const p = features[0].properties;
    for (const said of [p.LEGEND06E, p.LEGEND06, p.LEGEND02E, `${p.area_km2} km²`, 'Geological Survey of Japan, AIST', 'CC BY 4.0', 'Symbol']) assert.ok(words.includes(said), `“${said}” in “${words}”`);
    await v.close();
  });

  test('the legend has every label of the layers that are drawn, and only of those', async () => {
    const v = await open();
    await v.settled();
    await v.page.getByRole('tab', { name: 'Legend' }).click();
    const panel = v.page.getByRole('tabpanel');
    const drawn = doc.flat.filter((l) => l.visible && v.pictures().some((u) => layersOf(u) === l.wmsLayers));
    assert.ok(drawn.length > 0);
    for (const layer of drawn) {
      const section = panel.locator('section', { has: v.page.getByRole('heading', { name: layer.title, exact: true }) });
      await section.first().waitFor();
      const legend = await (await fetch(new URL(`${new URL(layer.legend, at('')).pathname}?f=json&lang=en`, at('')))).json();
      await section.locator('li, figure').first().waitFor();
      const words = await section.first().textContent();
      for (const item of legend.items) {
        assert.ok(words.includes(item.label), `${layer.id}: ${item.label}`);
        if (item.label2) assert.ok(words.includes(item.label2), `${layer.id}: ${item.label2}`);
      }
      if (legend.items.length > 0) await until(() => section.locator('img').first().evaluate((i) => i.complete && i.naturalWidth > 0), 'the swatch is drawn');
    }
    const hidden = doc.flat.find((l) => !l.visible);
    if (hidden) assert.equal(await panel.getByRole('heading', { name: hidden.title, exact: true }).count(), 0);
    await v.close();
  });

  test('a grid has a ramp with its unit, and a value where clicked', made, async () => {
    const v = await open({ path: 'p/mino#layers=mino-magnetic&lang=en' });
    await v.settled();
    await v.page.locator('#tab-legend').click();
    await v.page.getByRole('img', { name: /Total magnetic intensity anomaly: −?-?200 – 200 nT/ }).waitFor();
    await equals(() => v.page.locator('#tabpanel linearGradient stop').count(), 7, 'stops of the ramp');
    const { features } = await identify(v.page);
    const value = features[0].properties.anomaly_nT;
    const words = (await v.page.locator('article').innerText()).replaceAll('\u00a0', ' ');
    assert.ok(words.includes(`${value} nT`), words);
    await v.close();
  });

  test('a layer out of its scale says so and leads there', made, async () => {
    const v = await open({ path: 'p/mino#map=9/35.58/136.87&layers=gsj-mino-strdip&lang=en' });
    await v.settled();
    assert.ok(!v.pictures().some((u) => layersOf(u) === 'gsj-mino-strdip'));
    await v.page.getByText('Drawn at 1:200 000 and closer').waitFor();
    await v.page.getByRole('button', { name: 'Zoom there' }).click();
    await until(() => v.pictures().some((u) => layersOf(u) === 'gsj-mino-strdip'), 'pictures of the layer');
    await equals(() => v.page.getByText('Drawn at 1:200 000 and closer').count(), 0, 'words about the scale');
    await v.close();
  });

  test('Japanese: the words of the page and of the data', async () => {
    const ja = await documentOf('ja');
    const v = await open();
    await v.settled();
    const before = v.requests.length;
    await v.page.getByRole('combobox', { name: 'Language' }).selectOption('ja');
    await v.page.getByRole('tab', { name: 'レイヤー' }).waitFor();
    await equals(() => v.page.locator('h1').textContent(), ja.title, 'the title');
    for (const layer of ja.flat) await row(v.page, layer.title).waitFor();
    await equals(() => v.page.evaluate(() => document.documentElement.lang), 'ja', 'the language');
    await addressed(v.page, /lang=ja/);
    await v.settled();
    await until(() => v.requests.slice(before).some((r) => r.includes('GetMap') && r.includes('lang=ja')), 'names on the map are asked for in Japanese');
    await v.page.getByRole('tab', { name: '凡例' }).click();
    await v.page.locator('#tabpanel section').locator('li, figure').first().waitFor();
    await calm(v.page);
    assert.ok(!/undefined|\{\w+\}/.test(await v.page.locator('body').innerText()));
    await v.close();
  });

  test('a page leads here in its language, which a link of the viewer overrules, and the tabs stand in one row', async () => {
    const v = await open({ path: `p/${MAP}?lang=ja`, locale: 'ko-KR' });
    await v.page.getByRole('tab', { name: '凡例' }).waitFor();
    await addressed(v.page, /lang=ja/);
    await v.close();
    const own = await open({ path: `p/${MAP}?lang=ja#lang=en` });
    await own.page.getByRole('tab', { name: 'Legend' }).waitFor();
    await own.settled();
    const rows = await own.page.getByRole('tab').evaluateAll((all) => new Set(all.map((e) => e.getBoundingClientRect().top)).size);
    assert.equal(rows, 1, 'all tabs stand beside each other');
    await own.close();
  });

  test('a reader whose browser speaks Japanese is answered in it', async () => {
    const v = await open({ locale: 'ja-JP' });
    await v.page.getByRole('tab', { name: '凡例' }).waitFor();
    await v.close();
  });

  test('all of it by keyboard', async () => {
    const v = await open();
    await v.settled();
    const { page } = v;
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the map');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'CANVAS');
    await equals(() => page.locator('.cross').evaluate((e) => getComputedStyle(e).opacity), '1', 'the cross is seen');
    const [zoom, , lng] = await viewed(page);
    await page.keyboard.press('ArrowRight');
    // The arrow moves the map.
    await viewed(page, (_, __, east) => east > lng);
    await v.settled();
    await page.keyboard.press('ArrowLeft');
    await v.settled();
    await page.keyboard.press('Equal');
    // Plus zooms in.
    await viewed(page, (near) => near > zoom);
    await v.settled();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'What is here' }).waitFor();
    await page.keyboard.press('Escape');
    await equals(() => page.getByRole('region', { name: 'What is here' }).count(), 0, 'cards');
    await page.getByRole('tab', { name: 'Layers' }).focus();
    await page.keyboard.press('ArrowRight');
    await equals(() => page.getByRole('tab', { name: 'Legend' }).getAttribute('aria-selected'), 'true', 'the legend is chosen');
    await equals(() => page.evaluate(() => document.activeElement.id), 'tab-legend', 'what has the focus');
    await page.keyboard.press('ArrowLeft');
    const edge = page.getByRole('separator');
    const width = Number(await edge.getAttribute('aria-valuenow'));
    await edge.focus();
    await page.keyboard.press('ArrowRight');
    await until(async (see) => Number(see(await edge.getAttribute('aria-valuenow'))) > width, `wider than ${width}`);
    const box = page.locator('#tabpanel input[type=checkbox]').first();
    const was = await box.isChecked();
    await box.focus();
    await page.keyboard.press('Space');
    await equals(() => box.isChecked(), !was, 'the box is checked');
    await v.close();
  });

  test('find: a layer is turned on, coordinates are gone to, a wrong name is told', async () => {
    const v = await open();
    await v.settled();
    const { page } = v;
    const search = page.getByRole('searchbox');
    const layer = doc.flat.find((l) => !l.visible) ?? doc.flat[0];
    await search.fill(layer.title.slice(0, 12));
    const button = page.getByRole('tabpanel').getByRole('button', { name: layer.title }).first();
    await button.waitFor();
    const pressed = await button.getAttribute('aria-pressed');
    await button.click();
    await until(async (see) => see(await button.getAttribute('aria-pressed')) !== pressed, `another than ${pressed}`);
    await search.fill('12.5, 101.25');
    await page.getByRole('tabpanel').getByRole('button', { name: /^Go to/ }).waitFor();
    await search.press('Enter');
    await page.keyboard.press('Enter');
    await viewed(page, (_, lat, lng) => Math.abs(lat - 12.5) < 0.001 && Math.abs(lng - 101.25) < 0.001);
    await search.fill('qqzzxx');
    await page.getByText('Nothing is called “qqzzxx” here.').waitFor();
    await v.close();
  });

  test('find: places, in any spelling, the exact name first', made, async () => {
    const v = await open();
    await v.settled();
    const search = v.page.getByRole('searchbox');
    await search.fill('ＭＩＮＯ');
    const section = v.page.locator('section', { has: v.page.getByRole('heading', { name: 'Places' }) });
    await section.waitFor();
    await equals(() => section.locator('li').allInnerTexts(), ['Mino', 'Minokamo'], 'places');
    await search.fill('名古屋');
    await v.page.getByRole('button', { name: 'Nagoya' }).click();
    await viewed(v.page, (zoom, lat, lng) => zoom >= 11.5 && Math.abs(lat - 35.1815) < 0.001 && Math.abs(lng - 136.9066) < 0.001);
    await v.close();
  });

  test('a layer that cannot be drawn is named, with the reason, and can be tried again', async () => {
    let broken = true;
    let layer;
    const v = await open({
      before: async (page) => {
        layer = doc.flat.filter((l) => l.visible && l.maxScaleDenominator === null && l.minScaleDenominator === null).at(-1);
        assert.ok(layer);
        await page.route((url) => url.searchParams.get('REQUEST') === 'GetMap' && layersOf(url) === layer.wmsLayers, (route) =>
          broken
            ? route.fulfill({ status: 500, contentType: 'text/xml', body: '<ServiceExceptionReport xmlns="http://www.opengis.net/ogc"><ServiceException>The disk is &lt;full&gt;.</ServiceException></ServiceExceptionReport>' })
            : route.continue(),
        );
      },
    });
    const notice = v.page.locator('.notice');
    await notice.waitFor();
    await v.settled();
    await until(async (see) => {
      const words = see(await notice.innerText());
      return words.includes(layer.title) && /could not be drawn/.test(words) && words.includes('The disk is <full>.');
    }, 'the layer and the reason');
    await accessible(v.page, 'a failed layer');
    broken = false;
    await notice.getByRole('button', { name: 'Try again' }).click();
    await equals(() => notice.count(), 0, 'notices');
    await seen(v.page, (c) => c.colours > 4, 'something');
    await v.close();
  });

  test('a server out of reach is said in words', async () => {
    const v = await open({ before: (page) => page.route((url) => url.searchParams.get('REQUEST') === 'GetMap', (route) => route.abort('connectionrefused')) });
    await v.page.locator('.notice').first().waitFor();
    await until(async (see) => /The server cannot be reached; check the connection\./.test(see(await v.page.locator('.notice').first().innerText())), 'the reason');
    await v.close();
  });

  test('what takes long shows how many tiles are to go', async () => {
    // No picture comes before its delay was told, however slowly the page goes.
    let told;
    const enough = new Promise((done) => (told = done));
    const v = await open({
      before: (page) =>
        page.route((url) => url.searchParams.get('REQUEST') === 'GetMap', async (route) => {
          await enough;
          await route.continue().catch(() => {});
        }),
    });
    const status = v.page.locator('.progress');
    await until(async (see) => /^Loading, (1 tile|\d+ tiles) to go$/.test(see(await status.textContent())), 'how many tiles are to go');
    told();
    await v.settled();
    assert.equal(await status.textContent(), '');
    await v.close();
  });

  test('light and dark follow the system and the switch', async () => {
    const v = await open({ colorScheme: 'dark' });
    await v.page.getByRole('tab').first().waitFor();
    const paper = () => v.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await equals(paper, 'rgb(21, 24, 28)', 'the paper');
    await v.page.getByRole('button', { name: 'Menu' }).click();
    await v.page.getByRole('radio', { name: 'Light' }).check();
    await equals(paper, 'rgb(251, 250, 247)', 'the paper');
    await v.page.reload();
    await v.page.getByRole('tab').first().waitFor();
    await equals(paper, 'rgb(251, 250, 247)', 'the paper');
    await v.close();
  });

  test('the link is copied, with where the map is', async () => {
    const v = await open();
    await v.settled();
    // It says so for two seconds: the page itself looks for it in every frame, from before the click.
    const copied = v.page.waitForFunction(() => [...document.querySelectorAll('header button')].some((b) => b.textContent === 'Copied'));
    await v.page.getByRole('button', { name: 'Copy link' }).click();
    await copied;
    assert.match(await v.page.evaluate(() => navigator.clipboard.readText()), /^http:\/\/.*\/p\/.*#map=[\d.]+\/-?[\d.]+\/-?[\d.]+&layers=.*lang=en$/);
    await v.close();
  });

  test('without WebGL a still picture and a sentence stand for the map', async () => {
    const v = await open({
      before: (page) =>
        page.addInitScript(() => {
          HTMLCanvasElement.prototype.getContext = () => null;
        }),
    });
    await v.page.getByText('WebGL is off').waitFor();
    const still = v.page.getByRole('img', { name: 'Still picture of the map' });
    await until(async (see) => see(await still.evaluate((i) => (i.complete ? i.naturalWidth : 0))) > 300, 'the still picture');
    const url = new URL(await still.getAttribute('src'));
    const drawn = layersOf(url).split(',');
    if (doc.base) assert.equal(drawn[0], doc.base, 'the base map lies lowest');
    await v.close();
  });

  test('axe finds nothing serious: desktop', async () => {
    for (const colorScheme of ['light', 'dark']) {
      const v = await open({ colorScheme });
      await v.settled();
      await accessible(v.page, `layers, ${colorScheme}`);
      await identify(v.page);
      await v.page.locator('article').first().waitFor();
      await v.page.getByRole('tab', { name: 'Legend' }).click();
      await v.page.locator('#tabpanel section').locator('li, figure').first().waitFor();
      await accessible(v.page, `legend and card, ${colorScheme}`);
      await v.page.getByRole('searchbox').fill('a');
      await v.page.locator('#tabpanel section').first().waitFor();
      await v.page.getByRole('button', { name: 'Menu' }).click();
      await v.page.getByRole('radio', { name: 'Light' }).waitFor();
      await accessible(v.page, `find and menu, ${colorScheme}`);
      await v.close();
    }
  });

  describe('phone', () => {
    test('one sheet with three stops holds layers, legend and what is here', async () => {
      const v = await open({ size: 'phone' });
      await v.settled();
      const { page } = v;
      /** Waits until the sheet stands as high as a test wants it, and no longer moves. */
      const tall = (is, what) =>
        until(async (see) => {
          const { height } = await page.locator('aside').boundingBox();
          await calm(page);
          return see((await page.locator('aside').boundingBox()).height) === height && is(height) && height;
        }, what);
      const low = (height) => height < 80;
      const open_ = (height) => height > 250;
      await tall(low, 'small');
      await page.locator('.handle').click();
      const half = await tall(open_, 'half');
      await page.locator('.handle').click();
      await tall((height) => height > 600 && height > half, `full, higher than ${half}`);
      // A drag down ends at the smallest stop.
      const handle = await page.locator('.handle').boundingBox();
      await page.mouse.move(handle.x + 100, handle.y + 8);
      await page.mouse.down();
      await page.mouse.move(handle.x + 100, SIZES.phone.height - 90, { steps: 8 });
      await page.mouse.up();
      await tall(low, 'dragged down');
      await page.getByRole('tab', { name: 'Legend' }).tap();
      await tall(open_, 'a tab opens the sheet');
      await page.locator('#tabpanel h2').first().waitFor();
      await page.locator('.handle').press('ArrowDown');
      await tall(low, 'by key');
      await identify(page, true);
      await page.locator('aside article').first().waitFor();
      await tall(open_, 'a tap on the map opens the sheet with the card');
      await page.getByRole('button', { name: 'Close' }).tap();
      await page.getByRole('tab', { name: 'Legend' }).waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the screen');
      await v.close();
    });

    test('pictures are twice as fine on a fine screen', async () => {
      const v = await open({ size: 'phone' });
      await v.settled();
      assert.ok(v.pictures().length > 0);
      for (const url of v.pictures()) assert.deepEqual([url.searchParams.get('WIDTH'), url.searchParams.get('DPI')], ['1024', '181']);
      await v.close();
    });

    test('axe finds nothing serious, and a thumb finds its targets', async () => {
      for (const colorScheme of ['light', 'dark']) {
        const v = await open({ size: 'phone', colorScheme });
        await v.settled();
        await accessible(v.page, `small, ${colorScheme}`);
        await v.page.getByRole('tab', { name: 'Layers' }).tap();
        await v.page.getByRole('button', { name: /Panel height: half/ }).waitFor();
        await accessible(v.page, `layers, ${colorScheme}`);
        const low = await v.page.locator('button:visible, select:visible, a.link:visible').evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 44 && !e.matches('.handle, .skip, .credits *, .note *')).map((e) => `${e.textContent} ${e.getBoundingClientRect().height}`));
        assert.deepEqual(low, []);
        await v.page.getByRole('button', { name: 'Menu' }).tap();
        await accessible(v.page, `menu, ${colorScheme}`);
        await v.close();
      }
    });

    // The tallest letters and the longest words; what they hold, the others do.
    for (const [lang, line] of [['km', '25px'], ['vi', '22px']])
      test(`in ${lang} no word leaves the screen, and axe finds nothing serious`, async () => {
        const v = await open({ path: `p/${MAP}#lang=${lang}`, size: 'phone' });
        await v.settled();
        await equals(() => v.page.evaluate(() => [document.documentElement.lang, getComputedStyle(document.body).lineHeight]), [lang, line], 'the language and its lines');
        await contained(v.page, 'small');
        const tabs = v.page.getByRole('tab');
        const below = await tabs.evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().bottom > innerHeight + 1).map((e) => e.textContent));
        assert.deepEqual(below, [], 'all tabs are within reach');
        for (const name of ['layers', 'legend', 'find']) {
          await v.page.locator(`#tab-${name}`).tap();
          await v.page.locator('aside.half').waitFor();
          await contained(v.page, name);
          await accessible(v.page, name);
        }
        await v.page.locator('[aria-controls="menu"]').tap();
        await contained(v.page, 'menu');
        await accessible(v.page, 'menu');
        assert.deepEqual((await v.page.locator('.menu option').allTextContents()).slice(0, 10), ['English', 'Bahasa Indonesia', 'Tiếng Việt', '日本語', '한국어', '中文', 'ខ្មែរ', 'ລາວ', 'မြန်မာ', 'ไทย']);
        await v.close();
      });
  });
});

describe('viewer below a path', made, () => {
  before(() => begin({ prefix: '/geo' }));
  after(end);

  test('works from its base address', async () => {
    const v = await open({ path: 'p/mino' });
    await v.settled();
    assert.ok(v.requests.every((r) => /^(data|blob):/.test(r) || new URL(r).pathname.startsWith('/geo/')), v.requests.find((r) => !new URL(r).pathname.startsWith('/geo/')));
    await seen(v.page, (c) => c.colours > 4, 'something');
    await identify(v.page);
    await v.page.locator('article').first().waitFor();
    await v.close();
  });

  test('a map across the date line opens on it', async () => {
    const v = await open({ path: 'p/pacific' });
    await v.settled();
    await viewed(v.page, (zoom, lat, lng) => zoom > 3 && Math.abs(lat + 15.3) < 1 && Math.abs(Math.abs(lng) - 177.5) < 1);
    const sides = () => v.pictures().filter((u) => layersOf(u) === 'pacific-quakes').map((u) => Number(u.searchParams.get('BBOX').split(',')[0]));
    await until((see) => see(sides()).some((x) => x > 1.5e7) && sides().some((x) => x < -1.5e7), 'both sides are asked for');
    await v.close();
  });

  test('what strangers wrote stays text', async () => {
    const v = await open({ path: 'p/hostile' });
    await v.settled();
    const box = await v.page.locator('#map').boundingBox();
    await v.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await v.page.locator('article').waitFor();
    await v.page.getByRole('button', { name: /attributes/ }).click();
    await v.page.getByRole('tab', { name: 'Legend' }).click();
    await v.page.locator('#tabpanel section').locator('li, figure').first().waitFor();
    // Nothing of it must run.
    await v.page.waitForTimeout(600);
    assert.equal(await v.page.evaluate(() => globalThis.pwned), undefined);
    assert.equal(await v.page.locator('img[src="x"], img[src^="http"], a[href^="javascript"]').count(), 0);
    assert.ok((await v.page.locator('h1').textContent()).includes('<img src=x'));
    await v.close();
  });

  test('a map that is not there is said in words, with a way on', async () => {
    const v = await open({ path: 'p/none' });
    await v.page.getByRole('heading', { name: 'There is no map at this address.' }).waitFor();
    assert.equal(new URL(await v.page.getByRole('link', { name: 'All datasets' }).getAttribute('href')).pathname, '/geo/collections');
    await accessible(v.page, 'missing map');
    await v.close();
  });

  test('an empty map says what to do next', async () => {
    const v = await open({ path: 'p/empty' });
    await v.page.getByText('This map has no layers yet.').waitFor();
    await v.close();
  });

  test('without JavaScript the page explains itself and leads on', async () => {
    const v = await open({ path: 'p/mino', javaScriptEnabled: false });
    const text = v.page.locator('noscript p').first();
    assert.ok((await text.textContent()).includes('with JavaScript'));
    const box = await text.boundingBox();
    assert.ok(box && box.y < SIZES.desktop.height / 2, 'in sight');
    const links = await v.page.locator('main a').evaluateAll((all) => all.map((a) => new URL(a.href).pathname));
    assert.deepEqual([...new Set(links)], ['/geo/', '/geo/collections']);
    await v.close();
  });
});
