// Events in a real browser: the one box, list, map and charts that move together, time, cards, "my place", addresses.
// Against the mock server, or with TERRANE_URL against a running demo, whose map "hazards" has the same tables.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { spreadPoints } from '../dev/hazards.mjs';
import { SIZES, accessible, addressed, at, begin, calm, contained, end, equals, open, real, seen, until } from './browser.mjs';

const made = { skip: real && 'needs what only the mock server serves' };
const HERE = (hz, more = 'map=3/20/130') => `p/hazards#${more}&hz=${hz}&base=paper&layers=&lang=en`;
const tab = (page, name) => page.getByRole('tab', { name, exact: true }).click();
const count = async (page) => Number((await page.locator('.head [role=status] strong').textContent()).replace(/\D/g, ''));
/** Waits until what the address keeps of a search fulfils a test. */
const searched = (page, is, what = String(is)) => addressed(page, (_, plain) => is(decodeURIComponent(/hz=([^&]*)/.exec(plain)?.[1] ?? '')), what);
const matched = async (query) => (await (await fetch(at(`hazards/events?limit=1&${query}`))).json()).numberMatched;
/** Waits until the list tells a number of events. */
const counts = (page, wanted) => equals(() => count(page), wanted, 'events in the list');
const rows = (page) => page.locator('ol > li');
async function events(v) {
  await v.settled();
  await tab(v.page, 'Events');
  await rows(v.page).first().waitFor();
}
/** Waits until the events were read and stand on the map, and it is at rest; returns its colours. Needs a map of paper alone. */
async function drawn(v) {
  await v.page.locator('.time .play:enabled').first().waitFor();
  return seen(v.page, (c) => c.colours > 20, 'events');
}
/** The dots of a picture, red, green, blue and opacity one after the other, as a handle within the page. */
const dotsOf = (page, picture) =>
  page.evaluateHandle(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height).data;
  }, picture);
/** Dots of a half of the map in a colour, or that are no paper. Nothing is hidden for it, so the pointer stays over what it is over. */
async function marked(page, side, colour = null) {
  const map = await page.locator('#map').boundingBox();
  const picture = (await page.screenshot({ clip: { x: map.x + (side * map.width) / 2, y: map.y, width: map.width / 2, height: map.height - 80 } })).toString('base64');
  return page.evaluate(([data, colour]) => {
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) if (colour ? colour.every((c, k) => data[i + k] === c) : data[i + 2] < 200) sum++;
    return sum;
  }, [await dotsOf(page, picture), colour]);
}

describe('events', () => {
  before(() => begin());
  after(end);

  test('a map with tables of events offers to search them, one without does not', async () => {
    const v = await open({ path: HERE('all') });
    await events(v);
    assert.equal(await count(v.page), await matched(''), 'all are found');
    await until(async (see) => /in [\d,]+ years/.test(see(await v.page.locator('.head [role=status]').textContent())), 'how long they span');
    await v.close();
    const w = await open({ path: 'p/mino#lang=en' });
    await w.settled();
    assert.equal(await w.page.getByRole('tab', { name: 'Events' }).count(), 0);
    await w.page.getByRole('button', { name: 'Menu' }).click();
    await w.page.getByRole('button', { name: 'Search earthquakes, eruptions, tsunamis' }).click();
    await rows(w.page).first().waitFor();
    await w.close();
  });

  test('the box understands conditions, says so, and list, address and map follow', async () => {
    const v = await open({ path: HERE('kind:earthquake') });
    await events(v);
    const before = await drawn(v);
    const box = v.page.getByRole('searchbox', { name: 'Search events' });
    await box.fill('M>=8 1900..1950');
    await v.page.getByText('Understood as 1900 – 1950 · M ≥ 8').waitFor();
    await box.press('Enter');
    await counts(v.page, await matched('kind=earthquake&minmag=8&start=1900&end=1950'));
    await searched(v.page, (said) => /start:1900;end:1950;minmag:8/.test(said), 'the conditions');
    for (const row of await rows(v.page).locator('strong').allTextContents()) assert.ok(Number(row.replace(/[^\d.]/g, '')) >= 8, row);
    await seen(v.page, (c) => c.sum > before.sum, 'fewer events, more paper');
    await v.page.getByRole('button', { name: 'Leave out M ≥ 8' }).or(v.page.locator('.chip', { hasText: 'M ≥ 8' }).getByRole('button')).first().click();
    await counts(v.page, await matched('kind=earthquake&start=1900&end=1950'));
    await v.close();
  });

  test('dates before the common era are asked and told as people write them', async () => {
    const v = await open({ path: HERE('all') });
    await events(v);
    await v.page.getByRole('searchbox', { name: 'Search events' }).fill('2150 BCE..1000 BCE');
    await v.page.keyboard.press('Enter');
    await counts(v.page, await matched('start=-2149&end=-0999'));
    const dates = await rows(v.page).locator('.when').allTextContents();
    assert.ok(dates.length > 0 && dates.every((d) => /BCE/.test(d)), dates.join());
    assert.ok(dates.some((d) => /^\d+\sBCE$/.test(d)), 'a year alone where no more is known');
    await v.close();
  });

  test('sorting: newest, largest, deadliest, nearest', async () => {
    const v = await open({ path: HERE('kind:earthquake', 'map=6/35/139') });
    await events(v);
    const sort = v.page.getByRole('combobox', { name: 'Sorted by' });
    const first = () => rows(v.page).first().textContent();
    const newest = await first();
    await sort.selectOption('largest');
    const largest = await until(async (see) => see(await first()) !== newest && first(), 'another is first');
    assert.match(largest, /M\w*\s9\.5/);
    await sort.selectOption('deadliest');
    await v.page.waitForFunction(() => /[\d,]{6,} deaths/.test(document.querySelector('ol > li')?.textContent ?? ''));
    await sort.selectOption('nearest');
    await v.page.waitForFunction(() => / km away/.test(document.querySelector('ol > li')?.textContent ?? ''));
    const far = (await rows(v.page).locator('.more').allTextContents()).map((t) => Number(/([\d.]+) km away/.exec(t)[1]));
    assert.deepEqual([...far].sort((a, b) => a - b), far);
    await v.close();
  });

  test('a link brings back question, chart, line and window of time', async () => {
    const path = HERE('kind:earthquake;minmag:6;chart:section;line:138,38.5,146,37;width:200;time:1300000000,1400000000');
    const v = await open({ path });
    await events(v);
    await v.page.getByRole('group', { name: /^Depth section/ }).waitFor();
    await until(async (see) => /band of 200 km/.test(see(await v.page.locator('.chart .value').textContent())), 'the width of the band');
    await drawn(v);
    await until(async (see) => /2011 – .*2014/.test(see(await v.page.locator('.time .said').textContent())), 'the window of time');
    // The link stands in the address from the beginning: what was read must not drop out of it when the page writes it anew.
    await v.page.waitForTimeout(1000);
    for (const part of ['kind:earthquake', 'minmag:6', 'chart:section', 'line:138,38.5,146,37', 'width:200', 'time:1300000000,1400000000']) await searched(v.page, (said) => said.includes(part), part);
    await v.close();
  });

  test('a box drawn in a chart narrows the search, keys read its values, its table and file say the same', async () => {
    const v = await open({ path: HERE('kind:earthquake;start:2009;end:2019;catalog:earthquakes;chart:magnitudes') });
    await events(v);
    const chart = v.page.getByRole('group', { name: /^Magnitude and time/ });
    await chart.waitFor();
    await calm(v.page);
    const box = await chart.boundingBox();
    const all = await count(v.page);
    await v.page.mouse.move(box.x + box.width * 0.3, box.y + 30);
    await v.page.mouse.down();
    await v.page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.55, { steps: 4 });
    await v.page.mouse.up();
    await addressed(v.page, (said) => /minmag/.test(said) && /start:/.test(said));
    await until(async (see) => see(await count(v.page)) < all, `fewer than ${all} events`);
    await v.page.getByRole('tab', { name: 'Magnitude and frequency' }).click();
    const frequency = v.page.getByRole('group', { name: /^Magnitude and frequency/ });
    await frequency.waitFor();
    await calm(v.page);
    await frequency.focus();
    await v.page.keyboard.press('ArrowRight');
    await until(async (see) => /^M \d\.\d: [\d,]+; that and larger: [\d,]+/.test(see(await v.page.locator('.chart .value').textContent())), 'the value under the key');
    await until(async (see) => /b\d\.\d+ ± 0\.\d+Mc/.test(see(await v.page.locator('.side').textContent())), 'the b-value');
    const [file] = await Promise.all([v.page.waitForEvent('download'), v.page.getByRole('button', { name: 'Save SVG' }).click()]);
    assert.equal(file.suggestedFilename(), 'magnitude-and-frequency.svg');
    await v.page.getByRole('button', { name: 'Table' }).click();
    await until(async (see) => see(await v.page.locator('.table tbody tr').count()) > 5, 'rows of the table');
    await v.close();
  });

  test('a hovered row is marked on the map, a clicked one opens its card, a click on the map opens the nearest', async () => {
    const v = await open({ path: HERE('kind:earthquake;minmag:8.5', 'map=4/38/142') });
    await events(v);
    await drawn(v);
    const ring = async () => (await marked(v.page, 0, [11, 110, 110])) + (await marked(v.page, 1, [11, 110, 110]));
    assert.equal(await ring(), 0);
    await v.page.getByRole('combobox', { name: 'Sorted by' }).selectOption('largest');
    await v.page.waitForFunction(() => /9\.5/.test(document.querySelector('ol > li')?.textContent ?? ''));
    const japan = rows(v.page).filter({ hasText: '11 Mar 2011' }).first();
    await japan.hover();
    await until(async (see) => see(await ring()) > 20, 'a ring in the colour of choice');
    await japan.getByRole('button').click();
    const card = v.page.getByRole('region', { name: 'Event' });
    await card.getByText('11 Mar 2011, 05:46').waitFor();
    assert.ok(await card.getByRole('link', { name: 'Page of the event' }).getAttribute('href'));
    await v.page.keyboard.press('Escape');
    await equals(() => card.count(), 0, 'cards');
    const map = await v.page.locator('#map').boundingBox();
    // Off Tohoku at 38.3° N 142.4° E, seen from 38° N 142° E at zoom 4.
    const pixels = (512 * 2 ** 4) / 360;
    await v.page.mouse.click(map.x + map.width / 2 + 0.373 * pixels, map.y + map.height / 2 - (0.297 * pixels) / Math.cos((38 * Math.PI) / 180));
    await card.getByText('11 Mar 2011').waitFor();
    await v.close();
  });

  test('time plays, stops and is kept as the period', async () => {
    const v = await open({ path: HERE('kind:earthquake;start:2009;end:2018') });
    await events(v);
    await v.page.locator('.time .play:enabled').waitFor();
    const all = await v.page.locator('.time .said .quiet').textContent();
    const last = v.page.getByRole('slider', { name: 'End of the window' });
    const day = async () => Number(await last.getAttribute('aria-valuenow'));
    const whole = await day();
    await v.page.getByRole('button', { name: 'Play' }).click();
    const begun = await until(async (see) => see(await day()) < whole && day(), 'the window begins anew');
    await until(async (see) => see(await day()) > begun, 'the window moves');
    await v.page.getByRole('button', { name: 'Pause' }).click();
    await v.page.getByRole('button', { name: 'Play' }).waitFor();
    assert.notEqual(await v.page.locator('.time .said .quiet').textContent(), all, 'fewer in the window');
    const was = await day();
    // It must not move any more.
    await v.page.waitForTimeout(500);
    assert.equal(await day(), was, 'it stands still');
    await last.press('ArrowRight');
    await until(async (see) => see(await day()) > was, `the window ends later than ${was}`);
    await v.page.getByRole('button', { name: 'Keep only this' }).click();
    await addressed(v.page, /start:20\d\d-/);
    await v.close();
  });

  describe('very many events', made, () => {
    const [COLUMNS, LINES] = [400, 300];
    const body = spreadPoints(COLUMNS, LINES, { lng: 130, lat: 20 });
    const many = async (time = '') => {
      const v = await open({ path: HERE(`kind:earthquake${time}`), before: (page) => page.route('**/hazards/points*', (route) => route.fulfill({ contentType: 'application/octet-stream', body })) });
      await v.page.locator('.time .play:enabled').waitFor();
      return v;
    };
    /** How many events stand on the map, once it is at rest. */
    const standing = (page) => page.evaluate(() => (document.querySelector('#map[data-still]') ? Number(document.querySelector('#map').dataset.events) : null));
    const told = async (page) => Number((await page.locator('.time .said .quiet').textContent()).replace(/\D/g, ''));
    async function picture(page) {
      const box = await page.locator('#map').boundingBox();
      return page.screenshot({ clip: box });
    }
    /** The share of dots of two pictures that differ by more than rounding. */
    const unlike = async (page, a, b) =>
      page.evaluate(([one, other]) => {
        let sum = 0;
        for (let i = 0; i < one.length; i += 4) if ([0, 1, 2].some((k) => Math.abs(one[i + k] - other[i + k]) > 4)) sum++;
        return one.length === other.length ? sum / (one.length / 4) : 1;
      }, await Promise.all([a, b].map((picture) => dotsOf(page, picture.toString('base64')))));

    const mode = async (page, name) => {
      await page.locator('.time').getByRole('button', { name: 'Options' }).click();
      await page.getByRole('radio', { name }).check();
    };
    const allStand = (page) => until(async (see) => see([await standing(page), await told(page)]).every((n, _, [first]) => n === first), 'all of the window stand on the map');

    for (const name of ['Moving window', 'All up to then'])
      test(`${name}: all of them stand on the map once time has stopped, as if it had never played`, async () => {
        // Nearly a third of all, which is more than are drawn without more ado.
        const v = await many(';time:400000000,900000000');
        await mode(v.page, name);
        await allStand(v.page);
        assert.ok((await told(v.page)) > 30_000);
        const day = async () => Number(await v.page.getByRole('slider', { name: 'End of the window' }).getAttribute('aria-valuenow'));
        const begun = await day();
        await v.page.getByRole('button', { name: 'Play' }).click();
        await until(async (see) => see(await day()) > begun + 100, 'time moves');
        assert.equal(await standing(v.page), null, 'it is not at rest while it plays');
        await v.page.getByRole('button', { name: 'Pause' }).click();
        await allStand(v.page);
        const [played, number] = [await picture(v.page), await told(v.page)];
        await addressed(v.page, (said) => /time:\d/.test(said) && !said.includes('time:400000000'), 'the window');
        await v.page.reload();
        await v.page.locator('.time .play:enabled').waitFor();
        await mode(v.page, name);
        await allStand(v.page);
        // The address keeps whole seconds.
        assert.ok(Math.abs((await told(v.page)) - number) <= 2);
        assert.ok((await unlike(v.page, played, await picture(v.page))) < 0.001, 'the same as when it is opened so');
        await v.close();
      });

    test('a dragged map shows the same in the hand and at rest', async () => {
      const v = await many();
      await equals(() => standing(v.page), COLUMNS * LINES, 'events on the map');
      const before = await picture(v.page);
      const box = await v.page.locator('#map').boundingBox();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await v.page.mouse.move(x, y);
      await v.page.mouse.down();
      for (const [dx, dy] of [[-40, 10], [-200, 60], [-330, 140], [-250, -80], [-60, -230], [180, -150]]) await v.page.mouse.move(x + dx, y + dy, { steps: 4 });
      // A hand that rests before it lets go does not throw the map.
      await v.page.waitForTimeout(500);
      const held = await picture(v.page);
      await v.page.mouse.up();
      await equals(() => standing(v.page), COLUMNS * LINES, 'events on the map');
      assert.ok((await unlike(v.page, held, await picture(v.page))) < 0.001, 'the same at rest');
      assert.ok((await unlike(v.page, held, before)) > 0.05, 'it has moved');
      await v.close();
    });
  });

  test('"my place" follows the pointer, asks once it rests, and stays where it is clicked', async () => {
    // The page's clock stands while the pointer moves, so that no machine is too slow for it to count as moving.
    const v = await open({ path: HERE('all', 'map=5/33/131'), before: (page) => page.clock.install() });
    await events(v);
    await v.page.getByRole('button', { name: 'My place' }).click();
    const map = await v.page.locator('#map').boundingBox();
    const card = v.page.getByRole('region', { name: 'My place' });
    const asks = () => v.requests.filter((r) => r.includes('hazards/place')).map((r) => new URL(r).searchParams.get('lon'));
    await v.page.clock.pauseAt(await v.page.evaluate(() => Date.now() + 1000));
    for (let i = 0; i < 20; i++) {
      await v.page.mouse.move(map.x + 200 + i * 5, map.y + 200);
      await v.page.clock.runFor(20);
      if (i === 0) await card.waitFor();
    }
    // Twenty steps of 20 ms: nothing must be asked before the pointer has rested for 120 ms.
    await v.page.waitForTimeout(500);
    assert.deepEqual(asks(), [], 'it is not asked while it moves');
    await v.page.clock.runFor(200);
    await card.getByText('Largest earthquakes within 300 km').waitFor();
    assert.equal(asks().length, 1, 'one ask for twenty steps');
    await v.page.clock.resume();
    await v.page.mouse.click(map.x + 300, map.y + 200);
    const link = card.getByRole('link', { name: 'Page to print' });
    await link.waitFor();
    const href = await link.getAttribute('href');
    assert.match(href, /hazards\/place\?lon=.*f=html/);
    const here = new URL(href, v.page.url()).searchParams.get('lon');
    await until((see) => see(asks()).at(-1) === here, `the place ${here} is asked`);
    const asked = asks().length;
    await v.page.mouse.move(map.x + 100, map.y + 300);
    // It must not be asked about any other place.
    await v.page.waitForTimeout(1000);
    assert.equal(asks().length, asked, 'it stays');
    assert.equal(await link.getAttribute('href'), href, 'it stays');
    await v.close();
  });

  test('events near a fault are found by a part of its name, in the box and among the conditions', async () => {
    const v = await open({ path: HERE('all') });
    await events(v);
    const box = v.page.getByRole('searchbox', { name: 'Search events' });
    await box.fill('earthquakes near the Haiyuan fault since 1900');
    await box.press('Enter');
    await searched(v.page, (hz) => /fault:Haiyuan/.test(hz) && !/q:/.test(hz), 'the fault is a condition');
    const near = await matched('kind=earthquake&fault=haiyuan&start=1900');
    assert.ok(near > 0, 'the tables have events there');
    await counts(v.page, near);
    await v.page.getByText('Period, size, depth, deaths, country').click();
    await equals(() => v.page.getByRole('textbox', { name: 'Near the fault', exact: true }).inputValue(), 'Haiyuan', 'the name in its field');
    await v.page.getByRole('textbox', { name: 'Near the fault, km' }).fill('150');
    await v.page.getByRole('textbox', { name: 'Near the fault, km' }).press('Tab');
    await searched(v.page, (hz) => /fault_km:150/.test(hz));
    await counts(v.page, await matched('kind=earthquake&fault=haiyuan&fault_km=150&start=1900'));
    await accessible(v.page, 'the fault among the conditions');
    await v.close();
  });

  test('points stand on both sides of 180°', async () => {
    const v = await open({ path: HERE('kind:earthquake;view:1', 'map=4/-20/180') });
    await events(v);
    const url = new URL(v.requests.findLast((r) => r.includes('hazards/events')));
    const [w, , e] = url.searchParams.get('bbox').split(',').map(Number);
    assert.ok(w > e, `${w} > ${e}`);
    for (const side of [0, 1]) await until(async (see) => see(await marked(v.page, side)) > 50, `events on side ${side}`);
    await v.close();
  });

  test('searches are kept by name and brought back; what was found is offered as files', async () => {
    const v = await open({ path: HERE('kind:earthquake;minmag:8') });
    await events(v);
    await v.page.getByText('Saved searches').click();
    await v.page.getByRole('textbox', { name: 'Name of this search' }).fill('Great ones');
    await v.page.getByRole('button', { name: 'Save', exact: true }).click();
    await v.page.getByRole('button', { name: 'Clear all' }).click();
    await counts(v.page, await matched(''));
    await v.page.getByRole('button', { name: 'Great ones', exact: true }).click();
    await counts(v.page, await matched('kind=earthquake&minmag=8'));
    await v.page.getByText('Download what was found').click();
    const quakeml = v.page.getByRole('link', { name: 'QuakeML' });
    await until(async (see) => /fdsnws\/event\/1\/query\?.*minmagnitude=8.*format=xml/.test(see(await quakeml.getAttribute('href'))), 'the address of the file');
    await v.close();
  });

  test('deaths stand as persons in the colours of their causes', async () => {
    const v = await open({ path: HERE('kind:earthquake', 'map=4/35/139') });
    await events(v);
    await v.page.getByRole('checkbox', { name: 'Deaths on the map' }).check();
    await seen(v.page, (c) => c.hits > 50, 'persons', [213, 94, 0]);
    await tab(v.page, 'Legend');
    await v.page.getByText('Collapse of buildings and other shaking').waitFor();
    await v.close();
  });

  test('beachballs stand where mechanisms are known and the map is close', made, async () => {
    const v = await open({ path: HERE('kind:earthquake;minmag:7.3;start:2009', 'map=5/38/142') });
    await events(v);
    // White quadrants: nothing else on paper of #fbfaf7 is pure white.
    await seen(v.page, (c) => c.hits > 100, 'beachballs', [255, 255, 255]);
    await v.close();
  });

  for (const size of [{ name: 'desktop', size: SIZES.desktop }, { name: 'wide', size: { width: 2560, height: 1300 } }])
    for (const [lang, colorScheme, part] of [['en', 'light', 'Events'], ['ja', 'dark', 'イベント']])
      test(`accessible on a ${size.name} screen in ${lang}, ${colorScheme}`, async () => {
        const v = await open({ path: `p/hazards#map=3/20/130&hz=chart:frequency;minmag:5&lang=${lang}`, size: size.size, colorScheme });
        await v.settled();
        await tab(v.page, part);
        await rows(v.page).first().waitFor();
        await v.page.locator('.chart svg').waitFor();
        await rows(v.page).first().getByRole('button').click();
        await v.page.locator('.cards dl').waitFor();
        await accessible(v.page, `${size.name} ${lang}`);
        await v.close();
      });

  test('on a phone everything is in the sheet, reachable by thumb and accessible', async () => {
    const v = await open({ path: 'p/hazards#map=3/30/140&hz=kind:earthquake;minmag:6&lang=en', size: 'phone' });
    await v.settled();
    await v.page.getByRole('tab', { name: 'Events', exact: true }).tap();
    await v.page.getByRole('button', { name: /Panel height: half/ }).tap();
    await rows(v.page).first().waitFor();
    await accessible(v.page, 'list');
    const wide = await v.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 360, `${wide} px`);
    await v.page.getByRole('button', { name: 'Charts', exact: true }).tap();
    await v.page.locator('.chart svg').waitFor();
    await accessible(v.page, 'charts');
    const small = await v.page.evaluate(() => [...document.querySelectorAll('aside button:not(.handle), aside select, aside [role=slider]')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 40).map((e) => e.textContent || e.getAttribute('aria-label')));
    assert.deepEqual(small, []);
    await v.close();
  });

  for (const lang of ['km', 'vi'])
    test(`on a phone in ${lang} list, filters, charts and place hold their words`, async () => {
      const v = await open({ path: `p/hazards#map=5/33/131&hz=all&base=paper&layers=&lang=${lang}`, size: 'phone' });
      await v.settled();
      await v.page.locator('#tab-events').tap();
      await v.page.locator('.handle').tap();
      await rows(v.page).first().waitFor();
      await contained(v.page, 'list');
      await v.page.locator('.filters summary').tap();
      await contained(v.page, 'filters');
      await accessible(v.page, 'filters');
      await v.page.locator('.parts button').nth(1).tap();
      await v.page.locator('.chart svg').waitFor();
      await contained(v.page, 'charts');
      await accessible(v.page, 'charts');
      await v.page.locator('.parts button').first().tap();
      await rows(v.page).first().getByRole('button').tap();
      await v.page.locator('.acts button').nth(2).tap();
      await v.page.locator('.body dl').waitFor();
      await contained(v.page, 'place');
      await accessible(v.page, 'place');
      await v.close();
    });

  test('a finger that rests on the map asks about the place', async () => {
    const v = await open({ path: 'p/hazards#map=5/33/131&hz=all&base=paper&layers=&lang=en', size: 'phone' });
    await v.settled();
    await seen(v.page, (c) => c.colours > 20, 'events, and with them what listens to fingers');
    const cdp = await v.page.context().newCDPSession(v.page);
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: 150, y: 200 }] });
    const card = v.page.getByRole('region', { name: 'My place' });
    await card.waitFor();
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await card.getByText('Largest earthquakes within 300 km').waitFor();
    await accessible(v.page, 'place');
    await v.close();
  });

  test('a node without tables of events says so', made, async () => {
    const v = await open({ path: HERE('all'), before: (page) => page.route(/\/hazards\?/, (route) => route.fulfill({ json: { tables: [] } })) });
    await v.settled();
    await tab(v.page, 'Events');
    await v.page.getByText('This node has no table of events.').waitFor();
    await v.page.getByRole('button', { name: 'Close the search' }).click();
    await equals(() => v.page.getByRole('tab', { name: 'Events' }).count(), 0, 'tabs of events');
    await v.close();
  });

  test('a server that refuses is quoted, and can be asked again', made, async () => {
    let broken = true;
    const v = await open({ path: HERE('all'), before: (page) => page.route('**/hazards/events?*', (route) => (broken ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"The node is reading its tables."}' }) : route.continue())) });
    await v.settled();
    await tab(v.page, 'Events');
    await v.page.getByText('The node is reading its tables.').waitFor();
    broken = false;
    await v.page.getByRole('button', { name: 'Try again' }).click();
    await rows(v.page).first().waitFor();
    await v.close();
  });
});
