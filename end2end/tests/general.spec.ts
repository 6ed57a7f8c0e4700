import { createKey, delayProgram, expect, failedResponse, people, test, unique, waitUntilInteractive } from '../fixtures.ts';

test('an owner renames the application, and all members see the name', async ({ page, open, signInAs }) => {
  const { app } = await signInAs(people.otherOwner);
  await open(`${app}/settings/general`);
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await expect(name).toHaveValue('Billing');
  await name.fill('Billing, renamed');
  await page.getByRole('button', { name: 'Save changes' }).click();
  const head = page.locator('.sidebar-head .app-name');
  await expect(head.getByText('Billing, renamed')).toBeVisible();
  await expect(page).toHaveTitle('General · Billing, renamed · Latchkey');
  await open(`${app}/settings/general`);
  await expect(name).toHaveValue('Billing, renamed');
  await name.fill('Billing');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(head.getByText('Billing', { exact: true })).toBeVisible();
});

test('an invalid name is reported beside its field, and the form keeps it', async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const { app } = await signInAs(people.otherOwner);
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

test('times are in the application’s zone, with and without JavaScript', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.otherOwner);
  const key = await createKey(page, paths, unique('Zoned'));
  await open(`${paths.app}/settings/general`);
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Asia/Kolkata');
  await Promise.all([
    page.waitForResponse((response) => response.url().includes('/api/change_application')),
    page.getByRole('button', { name: 'Save changes' }).click(),
  ]);
  await open(`${paths.app}/settings/members`);
  const since = page.getByRole('region', { name: 'Members' }).locator('time').first();
  await expect(since).toHaveAttribute('title', /\d\d:\d\d .*\(Asia\/Kolkata\)$/);
  await open(`${paths.keys}/${key.id}?tab=history`);
  const made = page.getByRole('region', { name: 'History' }).locator('time').first();
  await expect(made).toHaveAttribute('title', /\(Asia\/Kolkata\)$/);
  await expect(made).toHaveAttribute('datetime', /Z$/);
  await open(`${paths.app}/settings/general`);
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('UTC');
  await Promise.all([
    page.waitForResponse((response) => response.url().includes('/api/change_application')),
    page.getByRole('button', { name: 'Save changes' }).click(),
  ]);
  await open(`${paths.app}/settings/members`);
  await expect(since).toHaveAttribute('title', /UTC$/);
});

test('relative times are updated', { tag: '@js' }, async ({ page, signInAs }) => {
  const { app } = await signInAs(people.owner);
  await page.clock.install();
  await page.goto(`${app}/settings/members`);
  await waitUntilInteractive(page);
  const seen = page.getByRole('region', { name: 'Members' }).locator('time');
  const before = await seen.allTextContents();
  expect(before.some((words) => words === 'just now')).toBe(true);
  // Texts are updated once a minute, and "just now" lasts a minute: after three updates all texts are more than two minutes old.
  await page.clock.runFor(185_000);
  await expect(seen.filter({ hasText: /^[234] minutes ago$/ }).first()).toBeVisible();
});

test('relative times are right where the program starts long after the page has loaded', { tag: '@js' }, async ({ page, signInAs }) => {
  const { app } = await signInAs(people.owner);
  await page.clock.install();
  await page.goto(`${app}/settings/members`);
  const seen = page.getByRole('region', { name: 'Members' }).locator('time');
  await expect(seen.filter({ hasText: /^just now$/ }).first()).toBeVisible();
  await page.clock.fastForward(3_660_000);
  await waitUntilInteractive(page);
  await expect(seen.filter({ hasText: /^1 hour ago$/ }).first()).toBeVisible();
});

test('the application’s id can be copied', { tag: '@js' }, async ({ page, open, signInAs, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { app } = await signInAs(people.viewer);
  await open(`${app}/settings/general`);
  await page.getByRole('button', { name: 'Copy application ID' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied' }).first()).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(app.replace('/apps/', ''));
});

test('the browser asks before a changed form is left, and not after it was saved', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const { app } = await signInAs(people.otherOwner);
  await open(`${app}/settings/general`);
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('Billing, kept');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Members' }).click();
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(name).toHaveValue('Billing, kept');
  await name.fill('Billing');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Changes saved');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Members' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Members' })).toBeVisible();
  expect(asked).toHaveLength(1);
});

test('the browser asks before a form is left that was changed before the program started', { tag: '@js' }, async ({ page, signInAs }) => {
  const { app } = await signInAs(people.otherOwner);
  const deliver = await delayProgram(page);
  const wanted = page.waitForRequest(/latchkey\.js$/);
  await page.goto(`${app}/settings/general`);
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  const zone = page.getByRole('combobox', { name: 'Time zone' });
  await zone.selectOption('Asia/Tokyo');
  await page.getByRole('textbox', { name: 'Name', exact: true }).focus();
  await wanted;
  deliver();
  await waitUntilInteractive(page);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Members' }).click();
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(zone).toHaveValue('Asia/Tokyo');
});
