// Mapped geology in a real browser: switches of colours, legends as trees, questions about ages and rocks, mappings.
// Against the mock server, or with TERRANE_URL and TERRANE_MAP against a running one whose map has the mapped Mino sheet.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { MAP, accessible, addressed, at, atRest, begin, calm, documentOf, end, equals, open, real, seen, until, SIZES } from './browser.mjs';

const made = { skip: real && 'needs what only the mock server serves' };
const JURASSIC = 'http://resource.geosciml.org/classifier/ics/ischart/MiddleJurassic';
let doc;
let units;
let hash;

const tab = (page, name) => page.getByRole('tab', { name, exact: true }).click();
const branch = (page, name) => page.getByRole('treeitem', { name: new RegExp(`^${name} `) });
const picturesOf = (v, layer) => v.pictures().filter((u) => u.searchParams.get('LAYERS') === layer.wmsLayers);
const filterOf = (url) => url.searchParams.get('CQL_FILTER');
const json = async (path) => (await fetch(at(path))).json();
/** Waits for a picture of the units with a condition that fulfils a test. */
const pictureWith = (v, test) =>
  until((see) => see(picturesOf(v, units).slice(-3)) && picturesOf(v, units).findLast((u) => test(filterOf(u) ?? '', u)), `such a picture: ${test}`);
/** The colours of the map at rest, with the pointer where it lifts nothing out. */
async function shown(page) {
  await page.mouse.move(0, 0);
  return atRest(page);
}

describe('geology', () => {
  before(async () => {
    await begin();
    doc = await documentOf('en');
    units = doc.flat.find((l) => l.geology?.kinds.some((k) => k.by === 'lithology'));
    assert.ok(units, 'the map has a mapped layer of units');
    hash = (colour, more = '') => `p/${MAP}#map=11/35.58/136.88&layers=${units.id}${colour ? `::${colour}` : ''}&base=paper${more}&lang=en`;
  });
  after(end);

  test('one click colours a mapped layer by age or lithology; legend, pictures and address follow', async () => {
    const v = await open({ path: hash('') });
    await v.settled();
    const own = await atRest(v.page);
    const fieldset = v.page.getByRole('group', { name: `Colours of ${units.title}` });
    await equals(async () => (await fieldset.locator('label').allTextContents()).map((x) => x.trim()), ['Own colours', 'Age', 'Lithology'], 'what it is coloured by');
    await fieldset.getByRole('radio', { name: 'Age' }).check();
    await pictureWith(v, (_, u) => u.searchParams.get('STYLES') === 'age');
    await addressed(v.page, (said) => said.includes(`${units.id}::age`));
    await v.settled();
    await seen(v.page, (c) => c.sum !== own.sum, 'other colours');
    await tab(v.page, 'Legend');
    await v.page.getByRole('tree').waitFor();
    await until(async (see) => see(await v.page.getByRole('treeitem').count()) > 3, 'branches of the tree');
    await v.page.getByRole('group', { name: `Colours of ${units.title}` }).getByRole('radio', { name: 'Lithology' }).check();
    await pictureWith(v, (_, u) => u.searchParams.get('STYLES') === 'lithology');
    await addressed(v.page, (said) => said.includes(`${units.id}::lithology`));
    await v.page.getByRole('group', { name: `Colours of ${units.title}` }).getByRole('radio', { name: 'Own colours' }).check();
    await addressed(v.page, (said) => !said.includes(`${units.id}:`));
    await v.close();
  });

  test('the legend is a tree of what is in view, counts follow the map, a click keeps only a branch', async () => {
    const v = await open({ path: hash('age'), before: (page) => page.clock.install() });
    await v.settled();
    await tab(v.page, 'Legend');
    const jurassic = branch(v.page, 'Jurassic');
    await jurassic.waitFor();
    const count = async () => Number((await branch(v.page, 'Mesozoic').locator('.count').textContent()).replace(/\D/g, ''));
    const asked = () => v.requests.filter((r) => r.includes('geology/tree')).map((r) => new URL(r));
    assert.ok(asked().every((u) => u.searchParams.get('bbox')), 'only what is in view is asked for');
    const find = (list, id) => list.map((b) => (b.id === id ? b : find(b.below, id))).find(Boolean);
    await until(async (see) => {
      const said = await json(`geology/tree${asked().at(-1).search}`);
      const [here, there] = see([await count(), find(said.branches, 'Mesozoic').rows_below]);
      return here === there;
    }, 'counts are those of the server');

    await jurassic.click();
    await addressed(v.page, /only=age:Jurassic/);
    const url = await pictureWith(v, (f) => f.includes('representativeAge_uri'));
    assert.ok(filterOf(url).includes('Jurassic') && !filterOf(url).includes('Triassic') && !filterOf(url).includes('Cretaceous'), filterOf(url));
    await equals(() => jurassic.getAttribute('aria-selected'), 'true', 'the branch is chosen');
    await v.page.getByText('Only', { exact: true }).waitFor();
    await v.settled();
    const alone = await shown(v.page);

    // A control click adds, the same again takes away.
    const triassic = branch(v.page, 'Triassic');
    await triassic.click({ modifiers: ['Control'] });
    const both = await pictureWith(v, (f) => f.includes('Triassic'));
    assert.ok(filterOf(both).includes('Jurassic'));
    await v.settled();
    await v.page.mouse.move(0, 0);
    await seen(v.page, (c) => c.sum !== alone.sum, 'two branches');
    await v.page.getByRole('button', { name: 'Without Triassic' }).click();
    await addressed(v.page, /only=age:Jurassic(&|$)/);

    // The same address shows the same.
    const kept = await addressed(v.page, /only=/);
    await v.page.getByRole('button', { name: 'Show everything' }).click();
    await addressed(v.page, (said) => !said.includes('only='));
    await v.page.evaluate((h) => (location.hash = h), kept);
    await v.page.getByText('Only', { exact: true }).waitFor();
    await v.settled();
    await calm(v.page);

    // Counts follow the map once it rests. The page's clock stands meanwhile, so that no machine is too slow for one movement.
    const before = asked().length;
    const first = await count();
    await v.page.clock.pauseAt(await v.page.evaluate(() => Date.now() + 1000));
    for (let i = 0; i < 2; i++) {
      await v.page.getByRole('button', { name: 'Zoom in' }).click();
      await v.page.clock.runFor(200);
    }
    // The second step came before the first had rested: nothing must be asked for either yet.
    await v.page.waitForTimeout(500);
    assert.equal(asked().length, before, 'it is not asked while the map moves');
    await v.page.clock.runFor(400);
    await until(async (see) => see(await count()) < first, `fewer than ${first} are in a smaller view`);
    assert.equal(asked().length, before + 1, 'one question for two steps');
    await v.close();
  });

  test('the tree is worked by keys: open, close, keep, show everything', async () => {
    const v = await open({ path: hash('age') });
    await v.page.getByRole('tab', { name: 'Legend' }).waitFor();
    await tab(v.page, 'Legend');
    const mesozoic = branch(v.page, 'Mesozoic');
    await mesozoic.waitFor();
    await v.settled();
    await calm(v.page);
    await equals(() => v.page.locator('[role=treeitem][tabindex="0"]').count(), 1, 'one stop for the tab key');
    const opened = (wanted) => equals(() => mesozoic.getAttribute('aria-expanded'), wanted, 'whether the branch is open');
    await mesozoic.focus();
    await opened('true');
    await v.page.keyboard.press('ArrowLeft');
    await opened('false');
    await equals(() => branch(v.page, 'Jurassic').count(), 0, 'branches below a closed one');
    await v.page.keyboard.press('ArrowRight');
    await opened('true');
    await v.page.keyboard.press('ArrowRight');
    await v.page.waitForFunction(() => document.activeElement?.getAttribute('aria-level') === '2');
    await v.page.keyboard.press('Enter');
    await addressed(v.page, /only=/);
    await v.page.keyboard.press('Escape');
    await addressed(v.page, (said) => !said.includes('only='));
    await accessible(v.page, 'tree');
    await v.close();
  });

  test('hovering a branch lifts it out on the map, and only while it is hovered', async () => {
    const v = await open({ path: hash('age') });
    await v.settled();
    await tab(v.page, 'Legend');
    await branch(v.page, 'Jurassic').hover();
    await pictureWith(v, (f) => f.includes(JURASSIC));
    // It must not come into the address.
    await v.page.waitForTimeout(600);
    await addressed(v.page, (said) => !said.includes('only='));
    await v.page.getByRole('tab', { name: 'Legend' }).hover();
    await v.settled();
    const quiet = v.requests.length;
    // Nothing must be asked for with a condition any more.
    await v.page.waitForTimeout(600);
    assert.ok(!v.requests.slice(quiet).some((r) => r.includes('CQL_FILTER')));
    await v.close();
  });

  test('a question in Japanese: suggestions, what was understood, map, table and areas', async () => {
    const v = await open({ path: hash('age') });
    await v.settled();
    await tab(v.page, 'Geology');
    const box = v.page.getByRole('combobox', { name: 'An age or a rock' });
    await box.fill('ジュラ');
    const list = v.page.getByRole('listbox', { name: 'Suggestions' });
    if (!real || (await list.getByRole('option').count())) {
      await list.getByRole('option', { name: /^Jurassic/ }).waitFor();
      await box.press('ArrowDown');
      await equals(() => list.getByRole('option').first().getAttribute('aria-selected'), 'true', 'the first is chosen');
    } else await box.fill('ジュラ紀');
    await box.press('Enter');
    await v.page.getByText(/Units whose age overlaps Jurassic \(201\.4–143\.1/).waitFor();
    await v.page.getByText('Not chosen, so as usual: overlaps; the age that represents the unit.').waitFor();
    const url = await pictureWith(v, (f) => f.startsWith('age_overlaps('));
    await addressed(v.page, /age=Jurassic|ジュラ/);
    await v.settled();

    // Table: as many rows as the server says, without geometry; a row leads to its place.
    const table = v.page.getByRole('region', { name: 'Units in view' });
    await table.getByRole('button').first().waitFor();
    const said = await until(async (see) => {
      const asked = new URL(v.requests.findLast((r) => r.includes('/items?') && r.includes('skipGeometry')));
      const answer = await json(`${asked.pathname.replace(/.*\/collections/, 'collections')}${asked.search}`);
      return new RegExp(`${answer.numberMatched} outcrop`).test(see(await table.innerText())) && answer;
    }, 'as many rows as the server says');
    assert.ok(said.features.every((f) => f.geometry === null), 'small answers');
    const viewOf = (text) => /map=[^&]*/.exec(text)[0];
    const before = viewOf(await addressed(v.page, /map=/));
    await table.getByRole('row').nth(1).getByRole('button').click();
    await addressed(v.page, (_, plain) => viewOf(plain) !== before, `elsewhere than ${before}`);

    // Areas: bars and a table to take along.
    const areas = v.page.getByRole('region', { name: 'Areas' });
    await areas.getByRole('link', { name: 'Download CSV' }).waitFor();
    // The map may still be on its way to the row, and the areas after it.
    const csv = await until(async (see) => {
      const text = await (await fetch(await areas.getByRole('link', { name: 'Download CSV' }).getAttribute('href'))).text();
      const [here, there] = see([await areas.locator('tbody tr').count(), text.trim().split('\r\n').length - 1]);
      return here === there && text;
    }, 'as many areas as the table to take along has');
    assert.match(csv, /^id,title,uri,area_km2,share,rows\r\n"/);
    assert.ok(filterOf(url));

    // A relation that is chosen is asked and kept.
    await v.page.getByRole('radio', { name: 'lies within' }).check();
    await pictureWith(v, (f) => f.startsWith('age_within('));
    await addressed(v.page, /relation=within/);
    await accessible(v.page, 'question');
    await v.page.getByRole('button', { name: 'Ask nothing' }).click();
    await addressed(v.page, (said) => !said.includes('age='));
    await v.close();
  });

  test('words that are neither age nor rock are refused in a sentence, and rocks are found by name', async () => {
    const v = await open({ path: hash('lithology') });
    await v.page.getByRole('tab', { name: 'Geology' }).waitFor();
    await tab(v.page, 'Geology');
    const box = v.page.getByRole('combobox', { name: 'An age or a rock' });
    await box.fill('xyzzy');
    await box.press('Enter');
    await v.page.getByRole('alert').filter({ hasText: '“xyzzy” is known neither as an age nor as a rock.' }).waitFor();
    // It stands in the address while it is tried, and must not come back into it.
    await addressed(v.page, (said) => !said.includes('xyzzy'));
    await v.page.waitForTimeout(600);
    await addressed(v.page, (said) => !said.includes('xyzzy'));
    await box.fill('limestone');
    await box.press('Enter');
    await v.page.getByText('Units with Limestone, or a kind of it.', { exact: false }).waitFor();
    await pictureWith(v, (f) => f === "lithology('limestone')");
    await v.page.getByText('Only where it is the main rock').click();
    await pictureWith(v, (f) => f === "main_lithology('limestone')");
    await addressed(v.page, /rock=limestone&main=1/);
    await v.close();
  });

  test('the slider asks for years, by mouse on the chart and by key', made, async () => {
    const v = await open({ path: hash('age') });
    await v.page.getByRole('tab', { name: 'Geology' }).waitFor();
    await tab(v.page, 'Geology');
    await v.page.getByTitle(/^Cretaceous, 143.1 Ma – 66 Ma/).click();
    await addressed(v.page, /age=143\.1-66 Ma/);
    const older = v.page.getByRole('slider', { name: 'Older end' });
    await until(async (see) => /^143.1 Ma/.test(see(await older.getAttribute('aria-valuetext'))), 'the older end');
    await older.focus();
    for (let i = 0; i < 20; i++) await v.page.keyboard.press('ArrowLeft');
    await addressed(v.page, /age=(1[5-9]\d|20\d)[\d.]*-66 Ma/);
    await v.close();
  });

  test('areas within a drawn polygon are asked as WKT', async () => {
    const v = await open({ path: hash('age') });
    await v.settled();
    await tab(v.page, 'Geology');
    await v.page.getByLabel('Within').selectOption('drawn');
    await v.page.getByRole('button', { name: 'Draw an area' }).click();
    const map = await v.page.locator('#map').boundingBox();
    for (const [i, [x, y]] of [[0.3, 0.3], [0.6, 0.35], [0.5, 0.6]].entries()) {
      await v.page.mouse.click(map.x + map.width * x, map.y + map.height * y);
      await v.page.getByText(`${i + 1} set;`, { exact: false }).waitFor();
    }
    const answer = v.page.waitForResponse((r) => r.url().includes('geology/areas') && new URL(r.url()).searchParams.get('within')?.startsWith('POLYGON(('));
    await v.page.getByRole('button', { name: 'Finish' }).click();
    const response = await answer;
    assert.equal(response.status(), 200);
    const said = await response.json();
    assert.ok(said.rows.length > 0 && said.within_km2 > 0);
    const areas = v.page.getByRole('region', { name: 'Areas' });
    await equals(() => areas.locator('tbody tr').count(), said.rows.length, 'rows of areas');
    assert.equal(await v.page.locator('article').count(), 0, 'corners are no questions about the place');
    await v.close();
  });

  test('a mapping is looked through: what is told, left out and open, and what to type', async () => {
    const v = await open({ path: hash('') });
    await v.page.getByRole('button', { name: `Details of ${units.title}`, exact: true }).click();
    await v.page.getByRole('button', { name: 'How its legend is read' }).click();
    const dialog = v.page.getByRole('dialog');
    await dialog.getByRole('table').first().waitFor();
    const report = await json(`geology/mapping?collection=${units.dataset}`);
    const rows = report.coverage.reduce((sum, c) => sum + c.values.length, 0);
    await equals(() => dialog.locator('tbody tr').count(), rows, 'every value is there');
    await dialog.getByText('Only what is open or not sure').click();
    const open_ = report.coverage.reduce((sum, c) => sum + c.values.filter((x) => x.state === 'open' || (typeof x.score === 'number' && x.score < 0.9)).length, 0);
    await equals(() => dialog.locator('tbody tr').count(), open_, 'those that are open or not sure');
    await dialog.getByText(`terrane geology DIR ${units.dataset} --mapping mapping.json`).waitFor();
    await accessible(v.page, 'mapping');
    await v.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await v.close();
  });

  test('on a phone: legend, question and what is shown alone fit, and a thumb adds to it', async () => {
    const v = await open({ path: hash('age'), size: 'phone', colorScheme: 'dark' });
    await v.page.getByRole('tab', { name: 'Legend' }).waitFor();
    await v.page.getByRole('tab', { name: 'Legend' }).tap();
    await branch(v.page, 'Jurassic').tap();
    await v.page.getByRole('button', { name: 'Choose several' }).tap();
    await branch(v.page, 'Triassic').tap();
    await addressed(v.page, /only=age:Jurassic,Triassic/);
    await calm(v.page);
    const low = await v.page.locator('[role=treeitem]:visible, aside button:visible').evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 43.5 && !e.matches('.handle')).map((e) => `${e.textContent} ${e.getBoundingClientRect().height}`));
    assert.deepEqual(low, []);
    await accessible(v.page, 'legend, phone');
    await v.page.getByRole('tab', { name: 'Geology' }).tap();
    await v.page.getByRole('combobox', { name: 'An age or a rock' }).waitFor();
    await accessible(v.page, 'question, phone');
    assert.ok(await v.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the screen');
    assert.equal(SIZES.phone.width, 360);
    await v.close();
  });
});
