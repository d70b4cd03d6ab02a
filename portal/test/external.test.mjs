// Layers of other services in a real browser. The other service is the program itself on a port of its own: TERRANE_OTHER names a
// running demo (or TERRANE_URL under its other loopback name). Hosts that refuse are small servers of this file.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MAP, accessible, addressed, at, atRest, begin, end, equals, open, real, seen, until } from './browser.mjs';

const given = process.env.TERRANE_OTHER ?? process.env.TERRANE_URL?.replace('127.0.0.1', 'localhost');
const OTHER = given?.replace(/\/?$/, '/');
const other = { skip: !OTHER && 'needs a running server: TERRANE_OTHER=http://127.0.0.1:8080/' };
const UNITS = 'gsj-mino-units';
const VIEW = 'map=11/35.58/136.88';
const SIGN = [138, 63, 252];
let shut;
let says;
let folder;

/** A server that answers every question with one thing. */
function host(headers, body) {
  return new Promise((resolve) => {
    const server = createServer((_, res) => (res.writeHead(200, headers), res.end(body)));
    server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}/wms`, name: `127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) }));
  });
}
const DRAWS = (at) => `<?xml version="1.0"?><!DOCTYPE WMT_MS_Capabilities SYSTEM "http://outside.example/capabilities.dtd"><WMT_MS_Capabilities version="1.1.1"><Service><Title>Old &lt;b onclick="x()"&gt;survey</Title></Service>
<Capability><Request><GetMap><Format>image/png</Format><DCPType><HTTP><Get><OnlineResource xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="${at}?map=/a"/></Get></HTTP></DCPType></GetMap></Request>
<Layer><Title>All</Title><SRS>EPSG:4326 EPSG:3857</SRS><Layer><Name>drift</Name><Title>&lt;img src=x onerror="window.pwned=1"&gt;</Title></Layer></Layer>
<Layer><Name>only-27700</Name><Title>National grid only</Title><SRS>EPSG:27700</SRS></Layer></Capability></WMT_MS_Capabilities>`;
const WMTS = `<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" version="1.0.0"><Contents><Layer><ows:Title>Polar ice</ows:Title><ows:Identifier>ice</ows:Identifier><Style><ows:Identifier>default</ows:Identifier></Style><Format>image/png</Format><TileMatrixSetLink><TileMatrixSet>polar</TileMatrixSet></TileMatrixSetLink></Layer>
<TileMatrixSet><ows:Identifier>polar</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::3413</ows:SupportedCRS><TileMatrix><ows:Identifier>0</ows:Identifier><ScaleDenominator>1</ScaleDenominator><TopLeftCorner>0 0</TopLeftCorner><TileWidth>256</TileWidth></TileMatrix></TileMatrixSet></Contents></Capabilities>`;

const offerList = async (page, address, kind = '') => {
  const dialog = page.getByRole('dialog');
  if (!(await dialog.count())) await page.getByRole('button', { name: 'Add a service…' }).click();
  await dialog.getByRole('textbox', { name: 'Address' }).fill(address);
  await dialog.getByRole('combobox', { name: 'Kind of service' }).selectOption(kind);
  await dialog.getByRole('button', { name: 'List layers' }).click();
  return dialog;
};
const listed = (dialog, name, kind) => dialog.getByRole('listitem').filter({ hasText: name }).filter(kind ? { hasText: kind } : {}).getByRole('button', { name: /^Add / }).first();
/** Only the other service's layers are on, so that their colours are told apart. */
const start = (more = {}) => open({ path: `p/${MAP}#${VIEW}&layers=&base=paper&lang=en`, ...more });
const external = (page) => page.getByRole('region', { name: 'From other services' });
/** Waits until the list tells how many rows are in view, and how many are wanted where that is known. */
const rowsOf = (page, wanted) =>
  until(async (see) => {
    const said = see(await external(page).textContent());
    const count = /(?:Features in view: |first )([\d,]+)/.exec(said)?.[1].replace(',', '');
    return count !== undefined && (wanted === undefined || Number(count) === wanted);
  }, `rows in view: ${wanted}`);
/** The stand-in server does not read maps of others; the real one does it for it. */
const reading = async (page) => {
  if (!real) await page.route(at('context'), async (route) => {
    const answer = await fetch(`${OTHER}context`, { method: 'POST', body: route.request().postDataBuffer() });
    await route.fulfill({ status: answer.status, contentType: answer.headers.get('content-type'), body: await answer.text() });
  });
};
async function openFile(page, name, text) {
  await writeFile(join(folder, name), text);
  await page.getByRole('button', { name: 'Menu' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a map file…' }).click();
  await (await chooser).setFiles(join(folder, name));
}

describe('other services', () => {
  before(async () => {
    await begin();
    folder = await mkdtemp(join(tmpdir(), 'maps-'));
    shut = await host({ 'content-type': 'text/xml' }, '<a/>');
    says = await host({ 'content-type': 'text/xml', 'access-control-allow-origin': '*' }, '<ServiceExceptionReport><ServiceException>The map file is missing.</ServiceException></ServiceExceptionReport>');
  });
  after(async () => {
    shut.close();
    says.close();
    await rm(folder, { recursive: true });
    await end();
  });

  test('a host that refuses, that is not there, that reports or that is something else is told apart', async () => {
    const v = await start();
    const plain = await host({ 'content-type': 'text/html', 'access-control-allow-origin': '*' }, '<html><p>Hello');
    const entity = await host({ 'content-type': 'text/xml', 'access-control-allow-origin': '*' }, '<!DOCTYPE a [<!ENTITY b "c">]><WMS_Capabilities>&b;</WMS_Capabilities>');
    const gone = await host({}, '');
    gone.close();
    const alert = async (address, words, kind = '') => {
      const dialog = await offerList(v.page, address, kind);
      await dialog.getByRole('alert').filter({ hasText: words }).waitFor();
    };
    await alert(shut.url, `${shut.name} answers, but does not allow pages of`);
    await alert(says.url, 'The map file is missing.');
    await alert(plain.url, 'is no WMS, WMTS, WFS or OGC API');
    await alert(entity.url, 'is no WMS, WMTS, WFS or OGC API', 'WMS');
    await alert(gone.url, 'cannot be reached');
    await alert('javascript:alert(1)', 'no web address');
    await accessible(v.page, 'the dialog with a refusal');
    plain.close();
    entity.close();
    await v.close();
  });

  test('old capabilities: several systems in one element, names as text, an address with a question mark; what cannot be drawn is said', async () => {
    const v = await start();
    const old = createServer((req, res) => {
      const url = new URL(req.url, 'http://old');
      res.writeHead(200, { 'content-type': 'text/xml', 'access-control-allow-origin': '*' });
      res.end(url.searchParams.get('REQUEST') === 'GetCapabilities' ? DRAWS(`http://127.0.0.1:${old.address().port}/cgi`) : '<ServiceExceptionReport><ServiceException>No data today.</ServiceException></ServiceExceptionReport>');
    });
    await new Promise((resolve) => old.listen(0, '127.0.0.1', resolve));
    const dialog = await offerList(v.page, `http://127.0.0.1:${old.address().port}/cgi`, 'WMS');
    await listed(dialog, 'drift').click();
    assert.match(await dialog.getByRole('listitem').filter({ hasText: 'National grid only' }).textContent(), /Not offered in EPSG:3857/);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await v.page.locator('.notice').filter({ hasText: 'No data today.' }).waitFor();
    const asked = new URL(v.requests.find((r) => r.includes('GetMap') && r.includes('/cgi')));
    const q = Object.fromEntries(asked.searchParams);
    assert.deepEqual([q.map, q.VERSION, q.SRS, q.CRS, q.LAYERS, q.WIDTH], ['/a', '1.1.1', 'EPSG:3857', undefined, 'drift', '256']);
    assert.equal(await v.page.evaluate(() => globalThis.pwned), undefined);
    await v.close();
    old.closeAllConnections();
    old.close();

    const tiles = await host({ 'content-type': 'text/xml', 'access-control-allow-origin': '*' }, WMTS);
    const w = await start();
    const second = await offerList(w.page, tiles.url, 'WMTS');
    await second.getByText('No tiles in the grid of web maps').waitFor();
    await w.close();
    tiles.close();
  });

  for (const size of ['desktop', 'phone'])
    test(`a WMS layer is added, drawn, faded, hidden, removed; its legend and source stand with it (${size})`, other, async () => {
      const v = await start({ size });
      if (size === 'phone') await v.page.getByRole('button', { name: /Panel height: small/ }).click();
      await v.settled();
      const blank = await atRest(v.page);
      const dialog = await offerList(v.page, `${OTHER}wms`);
      await listed(dialog, UNITS).click();
      await dialog.getByRole('button', { name: 'Remove', exact: false }).waitFor();
      await accessible(v.page, 'the list of layers');
      await dialog.getByRole('button', { name: 'Close' }).click();
      const drawn = await seen(v.page, (c) => c.colours > blank.colours + 3, 'the layer');
      const url = new URL(v.requests.find((r) => r.startsWith(OTHER) && r.includes('GetMap')));
      assert.deepEqual(['WIDTH', 'HEIGHT', 'CRS'].map((k) => url.searchParams.get(k)), ['256', '256', 'EPSG:3857']);
      assert.ok(url.searchParams.get('LAYERS').endsWith(UNITS));
      assert.ok((await external(v.page).textContent()).includes(new URL(OTHER).host));
      await external(v.page).getByRole('button', { name: /^Details of/ }).click();
      await external(v.page).getByRole('slider', { name: 'Opacity' }).fill('0.25');
      await seen(v.page, (c) => c.sum > drawn.sum, 'a fainter layer');
      await addressed(v.page, (_, plain) => /&ext=WMS,http[^;]*,0\.25,1/.test(plain));
      await accessible(v.page, 'the panel with a layer of another service');
      if (process.env.SHOTS) await v.page.screenshot({ path: `${process.env.SHOTS}/external-${size}.png` });
      await v.page.getByRole('tab', { name: 'Legend', exact: true }).click();
      const legend = v.page.getByRole('img', { name: /^Legend of/ });
      await legend.waitFor();
      await until(() => legend.evaluate((img) => img.src.startsWith('blob:') && img.naturalWidth > 20), 'the picture of the legend');
      if (process.env.SHOTS) await v.page.screenshot({ path: `${process.env.SHOTS}/external-legend-${size}.png` });
      await v.page.getByRole('tab', { name: 'Layers', exact: true }).click();
      await external(v.page).getByRole('checkbox').uncheck();
      await seen(v.page, (c) => c.sum === blank.sum || c.colours <= blank.colours, 'paper alone');
      await external(v.page).getByRole('button', { name: /^Remove/ }).click();
      await equals(() => external(v.page).count(), 0, 'lists of other services');
      await addressed(v.page, (_, plain) => !/ext=/.test(plain));
      await v.close();
    });

  test('the same data by WFS and by OGC API are as many rows as the service counts', other, async () => {
    const v = await start();
    const { features } = await (await fetch(`${OTHER}collections/gsj-mino-lines/items?f=json&limit=1000`)).json();
    for (const [address, kind, words] of [[`${OTHER}wfs`, 'WFS'], [OTHER, '', 'features']]) {
      const dialog = await offerList(v.page, address, kind);
      await listed(dialog, 'gsj-mino-lines', words).click();
      await dialog.getByRole('button', { name: 'Close' }).click();
      await seen(v.page, (c) => c.hits > 50, 'rows', SIGN);
      await rowsOf(v.page, Math.min(features.length, 1000));
      await external(v.page).getByRole('button', { name: /^Details of/ }).click();
      await external(v.page).getByRole('button', { name: /^Remove/ }).click();
      await seen(v.page, (c) => c.hits === 0, 'no rows', SIGN);
    }
    await v.close();
  });

  test('tiles: WMTS, OGC API Tiles and a template draw the same place', other, async () => {
    const v = await start();
    const template = `${OTHER}maps/mino/map/tiles/WebMercatorQuad/{z}/{y}/{x}?f=png`;
    for (const [address, kind, name, words] of [[`${OTHER}wmts/1.0.0/WMTSCapabilities.xml`, '', UNITS], [OTHER, 'OAPIF', UNITS, 'pictures'], [template, '', new URL(OTHER).host]]) {
      const dialog = await offerList(v.page, address, kind);
      await listed(dialog, name, words).click();
      await dialog.getByRole('button', { name: /^Remove/ }).waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();
      await seen(v.page, (c) => c.colours > 20, 'tiles');
      await external(v.page).getByRole('button', { name: /^Details of/ }).click();
      await external(v.page).getByRole('button', { name: /^Remove/ }).click();
      await seen(v.page, (c) => c.colours < 20, 'no tiles');
    }
    await v.close();
  });

  test('a permalink and a saved map bring everything back; a WMC is opened too', other, async () => {
    const v = await start();
    for (const [address, kind, name] of [[`${OTHER}wms`, 'WMS', UNITS], [`${OTHER}wfs`, 'WFS', 'gsj-mino-lines'], [`${OTHER}wmts/1.0.0/WMTSCapabilities.xml`, 'WMTS', 'emag2-smooth']]) {
      const dialog = await offerList(v.page, address, kind);
      if (await dialog.getByRole('searchbox').count()) await dialog.getByRole('searchbox').fill(name);
      await listed(dialog, name).click();
    }
    await v.page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await external(v.page).getByRole('checkbox').first().uncheck();
    await rowsOf(v.page);
    // All three, the top one hidden.
    const hash = await addressed(v.page, (_, plain) => /ext=([^&]*)/.exec(plain)?.[1].split(';').map((layer) => layer.at(-1)).join('') === '011', 'three layers, the first of them hidden');
    const titles = (page) => external(page).getByRole('checkbox').evaluateAll((boxes) => boxes.map((b) => [b.labels[0].textContent, b.checked]));
    const kept = await titles(v.page);
    assert.deepEqual(kept.map(([, on]) => on), [false, true, true]);

    const again = await open({ path: `p/${MAP}${hash}` });
    await rowsOf(again.page);
    await seen(again.page, (c) => c.hits > 50 && c.colours > 20, 'rows and tiles', SIGN);
    await equals(() => titles(again.page), kept, 'the layers');
    await again.close();

    const saved = v.page.waitForEvent('download');
    await v.page.getByRole('button', { name: 'Menu' }).click();
    await v.page.getByRole('button', { name: 'Save this map as a file' }).click();
    const file = await saved;
    assert.equal(file.suggestedFilename(), `${MAP}.owc.json`);
    const text = await readFile(await file.path(), 'utf8');
    assert.deepEqual(JSON.parse(text).features.map((f) => f.properties.offerings[0].code.split('/').at(-1)), ['wmts', 'wfs', 'wms']);
    await v.close();

    const w = await start();
    await reading(w.page);
    await openFile(w.page, 'saved.json', text);
    await w.page.getByText('is opened. Layers: 3').waitFor();
    await equals(() => titles(w.page), kept, 'the layers');
    await rowsOf(w.page);
    await seen(w.page, (c) => c.hits > 50, 'rows', SIGN);
    if (process.env.SHOTS) await w.page.screenshot({ path: `${process.env.SHOTS}/external-opened.png` });
    await w.close();

    const wmc = await (await fetch(`${OTHER}maps/mino?f=wmc`)).text();
    const x = await start();
    await reading(x.page);
    await openFile(x.page, 'mino.xml', wmc);
    await x.page.getByText(/is opened. Layers: \d/).waitFor();
    await seen(x.page, (c) => c.colours > 20, 'the layers of the file');
    await openFile(x.page, 'broken.xml', '<!DOCTYPE a><a/>');
    await x.page.getByText('broken.xml could not be opened.').waitFor();
    await accessible(x.page, 'what became of a file');
    await x.close();
  });

  test('the layers of this very map are turned on by its saved file, not added a second time', other, async () => {
    const v = await open({ path: `p/${MAP}#${VIEW}&base=paper&lang=en` });
    await reading(v.page);
    await v.settled();
    const own = () => v.page.getByRole('tabpanel').getByRole('checkbox').evaluateAll((boxes) => boxes.map((b) => b.checked));
    const before = await own();
    assert.ok(before.includes(true));
    const saved = v.page.waitForEvent('download');
    await v.page.getByRole('button', { name: 'Menu' }).click();
    await v.page.getByRole('button', { name: 'Save this map as a file' }).click();
    const text = await readFile(await (await saved).path(), 'utf8');
    await v.page.evaluate(() => (location.hash = location.hash.replace(/layers=[^&]*/, 'layers=')));
    await v.page.waitForFunction(() => !document.querySelector('[role=tabpanel] input[type=checkbox]:checked'));
    await openFile(v.page, 'own.json', text);
    await v.page.getByText(/is opened. Layers: \d/).waitFor();
    await equals(own, before, 'which layers are on');
    assert.equal(await external(v.page).count(), 0);
    await v.close();
  });

  test('hostile permalinks draw nothing and ask nobody', async () => {
    const part = (url) => ['WMS', encodeURIComponent(url), 'a', 'a', '1.3.0', '', 'image/png', 'EPSG:3857', '', '', encodeURIComponent(url), '1', '1'].join(',');
    const v = await open({ path: `p/${MAP}#${VIEW}&layers=&base=paper&ext=${[part('javascript:alert(1)'), part('file:///etc/passwd'), 'WMS,,', '%', part('data:text/xml,<a/>')].join(';')}&lang=en` });
    await v.settled();
    // They must neither be listed nor asked.
    await v.page.waitForTimeout(600);
    assert.equal(await external(v.page).count(), 0);
    await v.close();
  });

  test('only the page of the viewer may ask others', async () => {
    const policy = async (path) => (await fetch(at(path))).headers.get('content-security-policy');
    assert.match(await policy(`p/${MAP}`), /connect-src 'self' http: https:/);
    assert.doesNotMatch(await policy(`p/${MAP}`), /(script|style|img|frame|default)-src[^;]*https?:/);
    for (const path of ['', 'collections?f=json', 'd/gsj-mino-units']) assert.doesNotMatch(await policy(path), /https?:/, path);
  });
});
