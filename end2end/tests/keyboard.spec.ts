// What the Tab key and the arrow keys reach.
import { createKey, expect, people, row, test, unique } from '../fixtures.ts';

test('a time is not a tab stop', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Timed'));
  await open(`${paths.keys}/${key.id}?tab=history`);
  const made = page.getByRole('region', { name: 'History' }).locator('time').first();
  await expect(made).toHaveAttribute('title', /\d\d:\d\d/);
  expect(await page.locator('time').evaluateAll((times) => times.filter((time) => (time as HTMLElement).tabIndex >= 0))).toEqual([]);
});

test('in the form for a new key, the Tab key goes down one column before the other', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(`${paths.keys}/new`);
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await expect(dialog).toBeVisible();
  const lefts = await dialog
    .locator('.form-fields')
    .locator('input:not([type=hidden]), textarea, select, summary')
    .evaluateAll((fields) => fields.filter((field) => field.checkVisibility()).map((field) => field.closest('#scopes') !== null));
  const first = lefts.indexOf(true);
  expect(first).toBeGreaterThan(4);
  expect(lefts.slice(first)).not.toContain(false);
});

test('the arrow keys, Home and End move through a menu', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Menu'));
  await open(`${paths.keys}?search=${encodeURIComponent(key.name)}`);
  const here = row(page, key.name);
  const first = here.getByRole('link', { name: 'View details' });
  const last = here.getByRole('link', { name: 'Revoke', exact: true });
  await here.getByRole('button', { name: `Actions for ${key.name}` }).press('Enter');
  await page.keyboard.press('ArrowDown');
  await expect(first).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(here.getByRole('button', { name: 'Copy key ID' })).toBeFocused();
  await page.keyboard.press('End');
  await expect(last).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(first).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(last).toBeFocused();
  await page.keyboard.press('Home');
  await expect(first).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(here.getByRole('button', { name: `Actions for ${key.name}` })).toBeFocused();
});

test('the first key on a page is a shortcut too, though it starts the program', { tag: '@js' }, async ({ page, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('First'));
  const list = `${paths.keys}?search=${encodeURIComponent(key.name)}`;
  const search = page.getByRole('searchbox', { name: 'Search keys' });
  const pressFirst = async (first: string) => {
    await page.goto(list);
    await expect(page.locator('html')).not.toHaveAttribute('data-js');
    await page.keyboard.press(first);
  };
  await pressFirst('j');
  await expect(row(page, key.name).getByRole('link', { name: key.name, exact: true })).toBeFocused();
  await pressFirst('/');
  await expect(search).toBeFocused();
  await expect(search).toHaveValue(key.name);
  await pressFirst('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await pressFirst('c');
  await expect(page.getByRole('dialog', { name: 'Create API Key' })).toBeVisible();
});

test('on a phone, the links that sort the list are in sight while they have the focus', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await createKey(page, paths, unique('Sorted'));
  await page.setViewportSize({ width: 360, height: 740 });
  await open(paths.keys);
  const link = page.locator('#sort-used');
  await link.focus();
  const head = await page.getByRole('table', { name: 'API keys' }).locator('thead').boundingBox();
  expect(head?.height).toBeGreaterThan(20);
  await expect(link).toBeInViewport({ ratio: 1 });
});
