import { readFile } from 'node:fs/promises';
import { type Page } from '@playwright/test';
import {
  clearSession,
  confirmStored,
  createKey,
  expect,
  issueKey,
  people,
  row,
  sameOriginHeaders,
  test,
  unique,
} from '../fixtures.ts';

const search = async (page: Page, words: string) => {
  await page.getByRole('searchbox', { name: 'Search keys' }).fill(words);
  await page.getByRole('searchbox', { name: 'Search keys' }).press('Enter');
};

test('a search finds keys by a part of their name or by their id, and is in the URL', async ({
  page,
  open,
  signInAs,
}) => {
  const paths = await signInAs(people.owner);
  const marker = unique('Marker').replace(' ', '');
  const one = await createKey(page, paths, `${marker} one`);
  const two = await createKey(page, paths, `${marker} two`);
  const other = await createKey(page, paths, unique('Other'));

  await open(paths.keys);
  await search(page, marker.toLowerCase());
  await expect(page).toHaveURL(new RegExp(`search=${marker.toLowerCase()}`));
  await expect(row(page, one.name)).toBeVisible();
  await expect(row(page, two.name)).toBeVisible();
  await expect(row(page, other.name)).toHaveCount(0);
  await expect(page.getByText('1–2 of 2 keys', { exact: true })).toBeVisible();

  await search(page, one.id);
  await expect(row(page, two.name)).toHaveCount(0);
  await expect(row(page, one.name)).toBeVisible();

  await page.goBack();
  await expect(page.getByRole('searchbox', { name: 'Search keys' })).toHaveValue(marker.toLowerCase());
  await expect(row(page, two.name)).toBeVisible();
});

/** Opens the filters other than the search. */
async function openFilters(page: Page): Promise<void> {
  const menu = page.locator('.filter-menu');
  if ((await menu.getAttribute('open')) === null) {
    await menu.getByRole('button', { name: 'Filters' }).click();
  }
}

test('the list is filtered by status', async ({ page, open, signInAs, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const active = await createKey(page, paths, unique('Stays'));
  const inactive = await createKey(page, paths, unique('Pauses'));
  await open(paths.keys);
  await row(page, inactive.name).getByRole('button', { name: `Actions for ${inactive.name}` }).click();
  await row(page, inactive.name).getByRole('button', { name: 'Deactivate' }).click();
  await expect(row(page, inactive.name)).toContainText('Inactive');

  // Below eight keys, the filters are offered only where one is set.
  await open(`${paths.keys}?status=expired`);
  for (const [status, here, gone] of [
    ['Inactive', inactive, active],
    ['Active', active, inactive],
  ] as const) {
    await openFilters(page);
    await page.getByRole('combobox', { name: 'Status' }).selectOption({ label: status });
    if (!javaScriptEnabled) {
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
    }
    await expect(page).toHaveURL(new RegExp(`status=${status.toLowerCase()}`));
    await expect(row(page, here.name)).toBeVisible();
    await expect(row(page, gone.name)).toHaveCount(0);
    await expect(page.getByRole('link', { name: `Remove filter: ${status}` })).toBeVisible();
  }
});

test('a search without matches shows a message and a link to all keys', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Visible'));
  await open(paths.keys);
  await search(page, 'no key is called like this');
  await expect(page.getByText('No keys match these filters')).toBeVisible();
  await expect(page.getByText('No keys yet')).toHaveCount(0);
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(row(page, key.name)).toBeVisible();
  await expect(page.getByRole('searchbox', { name: 'Search keys' })).toHaveValue('');
});

test('wildcards are plain text in a search', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const percent = await createKey(page, paths, unique('100% \\_ sure'));
  const other = await createKey(page, paths, unique('1000 sure'));
  await open(paths.keys);
  await search(page, '0%');
  await expect(row(page, other.name)).toHaveCount(0);
  await expect(row(page, percent.name)).toBeVisible();
  await search(page, "' OR 1=1 --");
  await expect(page.getByText('No keys match these filters')).toBeVisible();
});

test('a row copies the complete id', { tag: '@js' }, async ({ page, open, signInAs, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Copied'));
  await open(paths.keys);
  await row(page, key.name).getByRole('button', { name: 'Copy API key' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key.id);
});

test('a menu closes on Escape and returns the focus', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Menu'));
  await open(paths.keys);
  const opener = row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` });
  await opener.focus();
  await page.keyboard.press('Enter');
  await expect(row(page, key.name).getByRole('link', { name: 'View details' })).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await expect(row(page, key.name).getByRole('link', { name: 'View details' })).toBeHidden();
  await expect(opener).toBeFocused();
});

const names = (page: Page) => page.getByRole('table', { name: 'API keys' }).getByRole('rowheader').getByRole('link').allTextContents();

test('the list is updated while typing, and the search box keeps the focus', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const marker = unique('Typed').replace(' ', '');
  const one = await createKey(page, paths, `${marker} one`);
  const two = await createKey(page, paths, `${marker} two`);
  await open(paths.keys);
  const box = page.getByRole('searchbox', { name: 'Search keys' });
  const before = await page.evaluate(() => history.length);
  await box.focus();
  await box.pressSequentially(`${marker} t`, { delay: 20 });
  await expect(row(page, one.name)).toHaveCount(0);
  await expect(row(page, two.name)).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: /^1 key$/ })).toBeVisible();
  await expect(box).toBeFocused();
  await box.press('Backspace');
  await expect(row(page, one.name)).toBeVisible();
  await expect(box).toHaveValue(`${marker} `);
  expect(await page.evaluate(() => history.length), 'no step back for each letter').toBe(before);
});

test('a column heading sorts, a second click reverses the order, and the URL contains it', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const marker = unique('Sorted').replace(' ', '');
  for (const name of ['b', 'C', 'a']) {
    await createKey(page, paths, `${marker} ${name}`);
  }
  await open(`${paths.keys}?search=${marker}`);
  expect(await names(page)).toEqual([`${marker} a`, `${marker} C`, `${marker} b`]);
  const heading = (name: string) => page.getByRole('columnheader', { name, exact: true });
  await expect(page.getByRole('button', { name: 'Sort (current: Newest first)' })).toBeVisible();
  await heading('Key').getByRole('link').click();
  await expect(page).toHaveURL(/sort=name&dir=asc/);
  await expect(heading('Key')).toHaveAttribute('aria-sort', 'ascending');
  await expect(heading('Expires')).not.toHaveAttribute('aria-sort');
  await expect.poll(() => names(page)).toEqual([`${marker} a`, `${marker} b`, `${marker} C`]);
  await heading('Key').getByRole('link').click();
  await expect.poll(() => names(page)).toEqual([`${marker} C`, `${marker} b`, `${marker} a`]);
  for (const column of ['Last used', 'Expires']) {
    await heading(column).getByRole('link').click();
    await expect(heading(column)).toHaveAttribute('aria-sort');
    await expect.poll(async () => (await names(page)).length).toBe(3);
  }
  await page.getByRole('button', { name: /^Sort/ }).click();
  await page.getByRole('link', { name: 'Oldest first' }).click();
  await expect(page).toHaveURL(/sort=created&dir=asc/);
  await expect.poll(() => names(page)).toEqual([`${marker} b`, `${marker} C`, `${marker} a`]);
});

test('pages can be browsed in both directions in any order, and the export contains all keys', async ({ page, open, signInAs }) => {
  test.slow();
  const paths = await signInAs(people.otherOwner);
  const marker = unique('P').replace(' ', '');
  const all = Array.from({ length: 53 }, (_, n) => `${marker} ${String(n).padStart(3, '0')}`);
  for (const name of all) {
    await issueKey(page, paths, name);
  }
  await open(`${paths.keys}?search=${marker}&sort=name&dir=asc`);
  await expect(page.getByText('1–50 of 53 keys', { exact: true })).toBeVisible();
  expect(await names(page)).toEqual(all.slice(0, 50));
  await page.getByRole('link', { name: 'Next' }).click();
  await expect.poll(() => names(page)).toEqual(all.slice(50));
  await expect(page.getByText('51–53 of 53 keys', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Next' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Previous' }).click();
  await expect.poll(() => names(page)).toEqual(all.slice(0, 50));

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export CSV' }).click()]);
  expect(download.suggestedFilename()).toMatch(/^api-keys-\d{4}-\d{2}-\d{2}\.csv$/);
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines.length).toBe(54);
  expect(lines[1]).toContain(all[0]);
  await clearSession(page);
});

test('the tabs group keys, their counts are of all keys, and a search finds keys that have ended', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const app = paths.app.replace('/apps/', '');
  const marker = unique('Grouped').replace(' ', '');
  const active = await createKey(page, paths, `${marker} active`);
  const ended = await createKey(page, paths, `${marker} ended`);
  await page.request.post('/api/revoke_key', {
    form: { app, key: ended.id, confirm: ended.name, reason: '' },
    headers: sameOriginHeaders(server.url),
  });
  const unsaved = `${marker} unsaved`;
  await issueKey(page, paths, unsaved);
  const tab = (name: string) => page.getByRole('navigation', { name: 'Key groups' }).getByRole('link', { name: new RegExp(`^${name} \\d`) });
  const count = async (name: string) => Number(/\d+/.exec((await tab(name).textContent()) ?? '')?.[0]);

  await open(paths.keys);
  await expect(tab('Active')).toHaveAttribute('aria-current', 'page');
  await expect(row(page, active.name)).toContainText('Active');
  await expect(row(page, active.name)).toContainText('No requests');
  await expect(row(page, unsaved)).toContainText('Secret not saved');
  await expect(row(page, ended.name)).toHaveCount(0);
  const retiring = await page.getByRole('row').filter({ hasText: 'Old key' }).count();
  expect((await count('Active')) + (await count('Ended')) + retiring).toBe(await count('All'));

  await tab('Needs attention').click();
  await expect(tab('Needs attention')).toHaveAttribute('aria-current', 'page');
  await expect(row(page, unsaved)).toBeVisible();
  await expect(row(page, active.name)).toHaveCount(0);
  await expect(page.locator('.result-count')).toHaveText(new RegExp(`^1 key$| of ${await count('Needs attention')} keys$`));

  await tab('Ended').click();
  await expect(row(page, ended.name)).toContainText('Revoked');
  await expect(row(page, ended.name)).toContainText('Ended');
  await expect(row(page, active.name)).toHaveCount(0);

  await open(paths.keys);
  await search(page, marker);
  await expect(tab('All')).toHaveAttribute('aria-current', 'page');
  await expect(row(page, ended.name)).toBeVisible();
  await expect(row(page, active.name)).toBeVisible();
  await tab('Active').click();
  await expect(row(page, ended.name)).toHaveCount(0);
  await expect(page.getByRole('searchbox', { name: 'Search keys' })).toHaveValue(marker);
});

test('a key that is being replaced is a line below its successor', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Rotated'));
  await open(`${paths.keys}/${key.id}/regenerate`);
  const dialog = page.getByRole('dialog', { name: 'Regenerate secret' });
  await dialog.getByRole('combobox').first().selectOption('3d');
  await dialog.getByRole('button', { name: 'Regenerate secret' }).click();
  await confirmStored(page, key.name);
  await open(paths.keys);
  const line = page.getByRole('row').filter({ hasText: 'Old key' }).filter({ hasText: key.id.slice(0, 8) });
  await expect(line).toContainText('took no requests in 24 h');
  await expect(row(page, key.name)).toHaveCount(1);
  await line.getByRole('link', { name: 'View old key' }).click();
  await expect(page).toHaveURL(`${paths.keys}/${key.id}`);
});

test('the rows of the list are compact: ten keys fit into a window of 800 pixels', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.otherOwner);
  for (let key = 0; key < 11; key += 1) {
    await issueKey(page, paths, unique('Compact'));
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(paths.keys);
  const tenth = await page.getByRole('table', { name: 'API keys' }).locator('tbody > tr').nth(9).boundingBox();
  expect(tenth && tenth.y + tenth.height).toBeLessThan(800);
  // The menus of the last rows open upwards.
  const last = page.getByRole('table', { name: 'API keys' }).locator('tbody > tr').last();
  await last.getByRole('button', { name: /^Actions for/ }).click();
  await expect(last.locator('.menu-panel')).toBeInViewport({ ratio: 1 });
  await page.setViewportSize({ width: 360, height: 740 });
  await open(paths.keys);
  const rows = page.getByRole('table', { name: 'API keys' }).locator('tbody > tr');
  const seventh = await rows.nth(6).boundingBox();
  expect(seventh && seventh.y + seventh.height, 'seven keys on a phone').toBeLessThanOrEqual(740);
  // Each of these rows has a note, which is a third line.
  expect((await rows.nth(9).boundingBox())?.height).toBeLessThanOrEqual(72);
  expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing scrolls sideways').toBe(360);
});

test('the list is used with keyboard shortcuts', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.developer);
  await createKey(page, paths, unique('Row'));
  await createKey(page, paths, unique('Row'));
  await open(paths.keys);
  const links = page.locator('tbody .key-name a');
  await page.keyboard.press('j');
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press('j');
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press('?');
  const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(shortcuts).toContainText('Create API key');
  await page.keyboard.press('Escape');
  await expect(shortcuts).toBeHidden();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search keys' })).toBeFocused();
  // A letter in a field is text.
  await page.keyboard.press('c');
  await expect(page.getByRole('searchbox', { name: 'Search keys' })).toHaveValue('c');
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('c');
  await expect(page.getByRole('dialog', { name: 'Create API Key' })).toBeVisible();
});
