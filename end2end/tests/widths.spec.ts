// Pages on phones and in narrow windows: nothing is wider than the window.
import { type Page } from '@playwright/test';
import { confirmStored, createKey, expect, fillKey, people, readCredentials, row, test, unique } from '../fixtures.ts';

/** The width of what the page could scroll to. */
const scrollWidth = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

test('the filters of the list are inside the window at every width', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await createKey(page, paths, unique('Filtered'));
  await open(`${paths.keys}?environment=test`);
  const menu = page.locator('.filter-menu');
  await menu.getByRole('button', { name: 'Filters' }).click();
  for (const width of [320, 360, 480, 600, 672, 768, 1280]) {
    await page.setViewportSize({ width, height: 740 });
    const panel = await menu.locator('.menu-panel').boundingBox();
    expect(panel && panel.x, `at ${width} px`).toBeGreaterThanOrEqual(0);
    expect(panel && panel.x + panel.width, `at ${width} px`).toBeLessThanOrEqual(width);
    expect(await scrollWidth(page)).toBe(width);
  }
});

test('without JavaScript, the forms of a key are as wide as their page', { tag: '@no-js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Wide'));
  for (const path of [`${paths.keys}/new`, `${paths.keys}/${key.id}/edit`]) {
    await open(path);
    for (const width of [768, 1000, 1120, 1280, 1400]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await scrollWidth(page), `${path} at ${width} px`).toBe(width);
    }
  }
});

test.describe('on a phone', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 320, height: 740 } });

  test('the audit log does not scroll sideways', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.app}/settings/audit-log`);
    for (const width of [320, 360]) {
      await page.setViewportSize({ width, height: 740 });
      expect(await scrollWidth(page)).toBe(width);
    }
  });

  test('a row of the list shows the requests and the denied ones', async ({ page, open, signInAs, request }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Counted'));
    const headers = { 'x-client-key': key.id, 'x-client-secret': key.secret };
    expect((await request.get('/v1/auth?scope=invoice:read', { headers })).status()).toBe(200);
    expect((await request.get('/v1/auth?scope=tax:read', { headers })).status()).toBe(403);
    await page.setViewportSize({ width: 360, height: 740 });
    // Opening the revoke dialog writes the usage counts.
    await open(`${paths.keys}/${key.id}/revoke`);
    await open(paths.keys);
    const here = row(page, key.name);
    await expect(here.getByText(/^\s*2 requests\s*$/)).toBeVisible();
    await expect(here.getByText('1 of 2 denied')).toBeVisible();
    const menu = await here.getByRole('button', { name: `Actions for ${key.name}` }).boundingBox();
    expect(menu?.width).toBe(40);
    expect(await scrollWidth(page)).toBe(360);
  });

  test('the actions for selected keys are on one line', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Selected'));
    await open(paths.keys);
    await row(page, key.name).getByRole('checkbox', { name: `Select ${key.name}` }).check();
    const bar = page.getByRole('form', { name: 'Selected keys' });
    for (const width of [320, 360, 480]) {
      await page.setViewportSize({ width, height: 740 });
      const button = await bar.getByRole('button', { name: 'Deactivate' }).boundingBox();
      const whole = await bar.boundingBox();
      expect(button && whole && whole.height, `at ${width} px`).toBeLessThan(2 * (button?.height ?? 0));
      expect(whole && whole.x + whole.width, `at ${width} px`).toBeLessThanOrEqual(width);
      expect(await scrollWidth(page)).toBe(width);
    }
  });

  test('a row of the list has room for its note beside the denied requests', async ({ page, open, signInAs, request }) => {
    const paths = await signInAs(people.owner);
    const name = unique('Noted');
    await open(`${paths.keys}/new`);
    await fillKey(page, name);
    await page.getByRole('combobox', { name: 'Expiration' }).selectOption('7');
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const { id, secret } = await readCredentials(page);
    await confirmStored(page);
    const headers = { 'x-client-key': id, 'x-client-secret': secret };
    expect((await request.get('/v1/auth?scope=tax:read', { headers })).status()).toBe(403);
    await page.setViewportSize({ width: 360, height: 740 });
    // Opening the revoke dialog writes the usage counts.
    await open(`${paths.keys}/${id}/revoke`);
    await open(paths.keys);
    await expect(row(page, name).getByText('1 of 1 denied')).toBeVisible();
    const note = row(page, name).getByText('Expires in 7 days');
    expect(await note.evaluate((text) => text.scrollWidth - text.clientWidth), 'what is cut of the note').toBe(0);
  });
});
