import { type Page } from '@playwright/test';
import { createKey, expect, people, row, test, unique } from '../fixtures.ts';

const search = async (page: Page, words: string) => {
  await page.getByRole('searchbox', { name: 'Search keys' }).fill(words);
  await page.getByRole('searchbox', { name: 'Search keys' }).press('Enter');
};

test('a search finds keys by a part of their name and by their id, and stands in the address', async ({
  page,
  open,
  as,
}) => {
  const place = await as(people.owner);
  const marker = unique('Marker').replace(' ', '');
  const one = await createKey(page, open, place, `${marker} one`);
  const two = await createKey(page, open, place, `${marker} two`);
  const other = await createKey(page, open, place, unique('Other'));

  await search(page, marker.toLowerCase());
  await expect(page).toHaveURL(new RegExp(`search=${marker.toLowerCase()}`));
  await expect(row(page, one.name)).toBeVisible();
  await expect(row(page, two.name)).toBeVisible();
  await expect(row(page, other.name)).toHaveCount(0);
  await expect(page.getByText('2 keys', { exact: true })).toBeVisible();

  await search(page, one.id);
  await expect(row(page, two.name)).toHaveCount(0);
  await expect(row(page, one.name)).toBeVisible();

  await page.goBack();
  await expect(page.getByRole('searchbox', { name: 'Search keys' })).toHaveValue(marker.toLowerCase());
  await expect(row(page, two.name)).toBeVisible();
});

test('the status narrows the list', async ({ page, open, as, javaScriptEnabled }) => {
  const place = await as(people.owner);
  const active = await createKey(page, open, place, unique('Stays'));
  const inactive = await createKey(page, open, place, unique('Pauses'));
  await row(page, inactive.name).getByRole('button', { name: `Actions for ${inactive.name}` }).click();
  await row(page, inactive.name).getByRole('button', { name: 'Deactivate' }).click();
  await expect(row(page, inactive.name)).toContainText('Inactive');

  await open(place.keys);
  for (const [status, here, gone] of [
    ['Inactive', inactive, active],
    ['Active', active, inactive],
  ] as const) {
    await page.getByRole('combobox', { name: 'Status' }).selectOption({ label: status });
    if (!javaScriptEnabled) {
      await page.getByRole('button', { name: 'Filter' }).click();
    }
    await expect(page).toHaveURL(new RegExp(`status=${status.toLowerCase()}`));
    await expect(row(page, here.name)).toBeVisible();
    await expect(row(page, gone.name)).toHaveCount(0);
    await expect(page.getByRole('combobox', { name: 'Status' })).toHaveValue(status.toLowerCase());
  }
});

test('nothing found is said, with a way back to everything', async ({ page, open, as }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Visible'));
  await search(page, 'no key is called like this');
  await expect(page.getByText('No key matches')).toBeVisible();
  await expect(page.getByText('No keys yet')).toHaveCount(0);
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(row(page, key.name)).toBeVisible();
  await expect(page.getByRole('searchbox', { name: 'Search keys' })).toHaveValue('');
});

test('signs of a query language are plain text in a search', async ({ page, open, as }) => {
  const place = await as(people.owner);
  const percent = await createKey(page, open, place, unique('100% \\_ sure'));
  const other = await createKey(page, open, place, unique('1000 sure'));
  await search(page, '0%');
  await expect(row(page, other.name)).toHaveCount(0);
  await expect(row(page, percent.name)).toBeVisible();
  await search(page, "' OR 1=1 --");
  await expect(page.getByText('No key matches')).toBeVisible();
});

test('a row copies the whole id', { tag: '@js' }, async ({ page, open, as, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Copied'));
  await row(page, key.name).getByRole('button', { name: 'Copy API key' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key.id);
});

test('a menu closes on Escape and gives the focus back', { tag: '@js' }, async ({ page, open, as }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Menu'));
  await open(place.keys);
  const opener = row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` });
  await opener.focus();
  await page.keyboard.press('Enter');
  await expect(row(page, key.name).getByRole('link', { name: 'View details' })).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await expect(row(page, key.name).getByRole('link', { name: 'View details' })).toBeHidden();
  await expect(opener).toBeFocused();
});
