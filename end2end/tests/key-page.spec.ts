// The page of a key: its tabs, its layout, and its security events.
import { type APIRequestContext, type Page } from '@playwright/test';
import { type Credentials, createKey, expect, people, test, unique } from '../fixtures.ts';

const tabs = (page: Page) => page.getByRole('navigation', { name: 'Sections of this key' });

/** Calls the gate with a key, and with the headers of a browser if `origin` is given. */
async function call(request: APIRequestContext, key: Credentials, origin?: string) {
  const answer = await request.get('/v1/auth?scope=invoice:read', {
    headers: { 'x-client-key': key.id, 'x-client-secret': key.secret, ...(origin ? { origin } : {}) },
  });
  expect(answer.status()).toBe(200);
}

test('each tab is a link to an address of its own', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Tabbed'));
  const path = `${paths.keys}/${key.id}`;
  await open(path);
  const current = tabs(page).locator('[aria-current="page"]');
  await expect(current).toHaveText('Overview');
  await expect(page).toHaveTitle(`${key.name} · Web shop · Latchkey`);
  await expect(page.getByRole('navigation', { name: 'Breadcrumb' }).locator('[aria-current="page"]')).toHaveText(key.name);

  await tabs(page).getByRole('link', { name: 'History' }).click();
  await expect(page).toHaveURL(`${path}?tab=history`);
  await expect(page).toHaveTitle(`History · ${key.name} · Web shop · Latchkey`);
  await expect(current).toHaveText('History');
  await expect(page.getByRole('region', { name: 'History' }).getByRole('listitem').last()).toContainText('created the key');
  await expect(page.getByRole('region', { name: 'Usage' })).toHaveCount(0);

  await tabs(page).getByRole('link', { name: 'Security' }).click();
  await expect(page).toHaveURL(`${path}?tab=security`);
  await expect(page.getByRole('heading', { name: 'No open security events' })).toBeVisible();

  await tabs(page).getByRole('link', { name: 'Overview' }).click();
  await expect(page).toHaveURL(path);
  await expect(page.getByRole('region', { name: 'Usage' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(key.name);

  await tabs(page).getByRole('link', { name: 'Requests' }).click();
  await expect(page).toHaveURL(`${path}?tab=requests`);
  await expect(page).toHaveTitle(`Requests · ${key.name} · Web shop · Latchkey`);
  await expect(current).toHaveText('Requests');
  await expect(page.getByRole('region', { name: 'Requests' })).toContainText('No requests yet.');
});

test('switching tabs keeps the focus on the tab', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Focused'));
  await open(`${paths.keys}/${key.id}`);
  const history = tabs(page).getByRole('link', { name: 'History' });
  await history.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'History' })).toBeVisible();
  await expect(history).toBeFocused();
  await page.goBack();
  await expect(page.getByRole('region', { name: 'Usage' })).toBeVisible();
});

test('the page of a key in use fits on a screen, and on a phone it does not scroll sideways', async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Sized'), ['balance:read', 'invoice:read', 'tax:read']);
  await call(request, key);
  // A critical event is a banner above the tabs.
  await call(request, key, 'https://shop.example');
  const size = async (width: number) => {
    await page.setViewportSize({ width, height: 800 });
    await open(`${paths.keys}/${key.id}`);
    await expect(page.getByRole('table', { name: 'IP address' })).toBeVisible();
    const root = page.locator('html');
    return root.evaluate((element) => ({
      height: document.body.scrollHeight,
      overflow: element.scrollWidth - element.clientWidth,
    }));
  };
  const desktop = await size(1280);
  expect(desktop.height).toBeLessThanOrEqual(900);
  expect(desktop.overflow).toBe(0);
  for (const width of [768, 360, 320]) {
    expect((await size(width)).overflow, `${width} px`).toBe(0);
  }
  const phone = await size(360);
  expect(phone.height).toBeLessThanOrEqual(1_700);
  // The four figures are in two rows, and the words of the chart keep their size.
  const figures = await page.locator('.key-figures > div').evaluateAll((all) => all.map((figure) => Math.round(figure.getBoundingClientRect().top)));
  expect(new Set(figures).size).toBe(2);
  const word = page.locator('.chart-axis').first();
  expect(await word.evaluate((text) => getComputedStyle(text).fontSize)).toBe('12px');
});

test('a dialog over the page of a key is in the middle of the window, and on a phone at its foot', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Centred'));
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(`${paths.keys}/${key.id}/regenerate`);
  const box = () => page.getByRole('dialog', { name: 'Regenerate secret' }).boundingBox();
  // It moves a little when it opens.
  await expect(async () => {
    const middle = await box();
    expect(middle && Math.abs(middle.y + middle.height / 2 - 400)).toBeLessThanOrEqual(1);
  }).toPass();
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(async () => {
    const foot = await box();
    expect(foot && Math.round(foot.y + foot.height)).toBe(740);
  }).toPass();
});

test('in forced colours the legend of a chart looks as its bars do, and paper has no controls', async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Printed'));
  await call(request, key);
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(`${paths.keys}/${key.id}`);
  await expect(page.getByRole('table', { name: 'IP address' })).toBeVisible();
  await page.emulateMedia({ forcedColors: 'active' });
  const [bar, legend, text] = await page.locator('.chart').evaluate((chart) => {
    const style = (selector: string, pseudo?: string) => getComputedStyle(chart.querySelector(selector) as Element, pseudo);
    return [
      style('.chart-bar[data-series="accepted"]').fill,
      style('.chart-legend > [data-series="accepted"]', '::before').backgroundColor,
      style('.chart-axis').fill,
    ];
  });
  expect(bar).toBe(text);
  expect(legend).toBe(bar);
  await page.emulateMedia({ forcedColors: 'none', media: 'print' });
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.locator('.key-figures')).toBeVisible();
  await expect(page.getByRole('table', { name: 'IP address' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Regenerate secret' }).filter({ visible: true })).toHaveCount(0);
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeHidden();
  await expect(tabs(page)).toBeHidden();
  await open(paths.keys);
  await expect(page.getByRole('row').filter({ hasText: key.name })).toBeVisible();
  await expect(page.getByRole('checkbox').filter({ visible: true })).toHaveCount(0);
});

test('an event is acknowledged on the page of its key', async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Exposed'));
  await call(request, key, 'https://shop.example');
  await open(`${paths.keys}/${key.id}?tab=security`);
  await expect(tabs(page).getByRole('link', { name: 'Security, 1 open event' })).toBeVisible();
  const banner = page.getByRole('main').locator('.notice[data-tone="danger"]');
  await expect(banner).toBeVisible();
  const events = page.getByRole('region', { name: 'Security events of this key' }).getByRole('listitem');
  await expect(events).toHaveCount(1);
  await events.getByText('Secret sent by a browser', { exact: true }).click();
  await events.getByText('Add note').click();
  await events.getByRole('textbox', { name: 'Note' }).fill('Moved to the server');
  await events.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(events).toHaveCount(0);
  await expect(page).toHaveURL(`${paths.keys}/${key.id}?tab=security`);
  await expect(banner).toHaveCount(0);
  await expect(tabs(page).getByRole('link', { name: 'Security', exact: true })).toBeVisible();
  await page.getByRole('navigation', { name: 'Which events' }).getByRole('link', { name: 'All' }).click();
  await expect(page).toHaveURL(/\?tab=security&state=all$/);
  await expect(events).toContainText('Moved to the server');
});

test('a breakdown shows five rows until all are asked for', async ({ page, open, signInAs, request }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Spread'));
  for (let client = 0; client < 7; client += 1) {
    const headers = { 'x-client-key': key.id, 'x-client-secret': key.secret, 'user-agent': `till-${client}/1.0` };
    expect((await request.get('/v1/whoami', { headers })).status()).toBe(200);
  }
  await open(`${paths.keys}/${key.id}?by=user_agent`);
  const rows = page.getByRole('table', { name: 'Client' }).getByRole('row');
  await expect(rows).toHaveCount(6);
  await page.getByRole('link', { name: 'Show all' }).click();
  await expect(page).toHaveURL(/\?by=user_agent&rows=all$/);
  await expect(rows).toHaveCount(8);
  await page.getByRole('link', { name: 'Show less' }).click();
  await expect(rows).toHaveCount(6);
});
