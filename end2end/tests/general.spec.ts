import { answered, createKey, expect, people, test, unique } from '../fixtures.ts';

test('an owner names the application, and everybody sees it', async ({ page, open, as }) => {
  const { app } = await as(people.stranger);
  await open(`${app}/settings/general`);
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await expect(name).toHaveValue('Billing');
  await name.fill('Billing, renamed');
  await page.getByRole('button', { name: 'Save changes' }).click();
  const nav = page.getByRole('navigation', { name: 'Main' });
  await expect(nav.getByText('Billing, renamed')).toBeVisible();
  await expect(page).toHaveTitle('General · Billing, renamed · Latchkey');
  await open(`${app}/settings/general`);
  await expect(name).toHaveValue('Billing, renamed');
  await name.fill('Billing');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(nav.getByText('Billing', { exact: true })).toBeVisible();
});

test('a name that breaks a rule is named beside its field, and what was typed stays', async ({ page, open, as, watch }) => {
  watch.expect(answered(422));
  const { app } = await as(people.stranger);
  await open(`${app}/settings/general`);
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('a\u202Eb');
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Asia/Tokyo');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(name).toHaveAccessibleDescription(/invisible character/);
  await expect(page.getByRole('combobox', { name: 'Time zone' })).toHaveValue('Asia/Tokyo');
  await open(`${app}/settings/general`);
  await expect(name).toHaveValue('Billing');
  await expect(page.getByRole('combobox', { name: 'Time zone' })).not.toHaveValue('Asia/Tokyo');
});

test('times follow the zone of the application once the page listens; before, they are UTC', async ({
  page,
  open,
  as,
  javaScriptEnabled,
}) => {
  const place = await as(people.stranger);
  const key = await createKey(page, open, place, unique('Zoned'));
  await open(`${place.app}/settings/general`);
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Asia/Kolkata');
  await page.getByRole('button', { name: 'Save changes' }).click();
  const since = page.getByRole('region', { name: 'Members' }).locator('time').first();
  await expect(since).toHaveAttribute('title', javaScriptEnabled ? /\d\d:\d\d .*\(Asia\/Kolkata\)$/ : /\d\d:\d\d UTC$/);
  await open(`${place.keys}/${key.id}`);
  const made = page.getByRole('region', { name: 'Details' }).locator('time').first();
  await expect(made).toHaveAttribute('title', javaScriptEnabled ? /\(Asia\/Kolkata\)$/ : / UTC$/);
  await expect(made).toHaveAttribute('datetime', /Z$/);
  await open(`${place.app}/settings/general`);
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('UTC');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(since).toHaveAttribute('title', /UTC$/);
});

test('how long ago something was counts on, and the exact time comes with the focus', { tag: '@js' }, async ({ page, as }) => {
  const { app } = await as(people.owner);
  await page.clock.install();
  await page.goto(`${app}/settings/general`);
  await expect(page.locator('html')).toHaveAttribute('data-js', '');
  const seen = page.getByRole('region', { name: 'Members' }).locator('time');
  const before = await seen.allTextContents();
  expect(before.some((words) => words === 'just now')).toBe(true);
  // The texts follow once a minute, from a beat that began before they were read: the third one finds all of them more than
  // two minutes older. "Just now" lasts for a minute of its own.
  await page.clock.runFor(185_000);
  await expect(seen.filter({ hasText: /^[234] minutes ago$/ }).first()).toBeVisible();
  const one = seen.first();
  await one.focus();
  const bubble = () => one.evaluate((node) => getComputedStyle(node, '::after').content);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(one).toBeFocused();
  expect(await bubble()).toContain('UTC');
  await page.keyboard.press('Escape');
  await expect(one).toBeFocused();
  expect(await bubble()).toBe('none');
});

test('the id of the application can be copied', { tag: '@js' }, async ({ page, open, as, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { app } = await as(people.viewer);
  await open(`${app}/settings/general`);
  await page.getByRole('button', { name: 'Copy application id' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied' }).first()).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(app.replace('/apps/', ''));
});
