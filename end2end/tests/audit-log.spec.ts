// What was done, for owners: read, narrowed and taken away as a file.
import { type Page } from '@playwright/test';
import { expectAccessible } from '../accessible.ts';
import { answered, createKey, expect, makeSignInStale, people, signIn, test, unique } from '../fixtures.ts';

const records = (page: Page) => page.getByRole('list', { name: 'Audit log' }).getByRole('listitem');

test('an owner reads what was done to a key, by whom, and what it was before', async ({
  page,
  open,
  as,
  javaScriptEnabled,
}) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Logged'));
  await open(`${place.keys}/${key.id}/edit`);
  const renamed = unique('Renamed');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(renamed);
  const save = page.getByRole('button', { name: 'Save changes' });
  if (!javaScriptEnabled) {
    // The first time it is said what changes.
    await save.click();
    await expect(page.getByText(`becomes “${renamed}”`)).toBeVisible();
  }
  await save.click();
  await expect(page.getByRole('heading', { level: 1, name: renamed })).toBeVisible();

  await open(place.keys);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Audit log' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Audit log' })).toBeVisible();
  await expect(page).toHaveTitle(/^Audit log · .* · Latchkey$/);
  await page.getByRole('textbox', { name: 'Key or what was changed' }).fill(key.id);
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(new RegExp(`key=${key.id}`));
  const changed = records(page).filter({ hasText: 'changed the key' });
  await expect(changed).toHaveCount(1);
  await expect(changed).toContainText(people.owner.email);
  await expect(changed.getByRole('deletion')).toContainText(key.name);
  await expect(changed.getByRole('insertion')).toContainText(renamed);
  await expect(records(page).last()).toContainText('created the key');
  expect(await page.content()).not.toContain(key.secret);

  await page.getByRole('combobox', { name: 'What happened' }).selectOption('key.created');
  if (!javaScriptEnabled) {
    await page.getByRole('button', { name: 'Filter' }).click();
  }
  await expect(records(page)).toHaveCount(1);
  const file = page.getByRole('link', { name: 'Export CSV' });
  await expect(file).toHaveAttribute('href', new RegExp(`/audit-log\\.csv\\?key=${key.id}&action=key\\.created$`));
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(/audit-log$/);
});

test('a sign-in of more than ten minutes ago is asked for the password before the log is exported', async ({
  page,
  open,
  as,
  server,
  database,
  watch,
}) => {
  test.skip(database === 'sqlite', 'an SQLite file belongs to the server that serves it');
  watch.expect(answered(422));
  const place = await as(people.owner);
  await signIn(page, people.owner);
  const key = await createKey(page, open, place, unique('Exported'));
  await open(`${place.app}/settings/audit-log?key=${key.id}`);
  const csv = page.getByRole('link', { name: 'Export CSV' });
  await expect(csv).toBeVisible();
  await makeSignInStale(server);

  // The link of a page that was opened in time leads to the question.
  await page.goto((await csv.getAttribute('href')) ?? '');
  await expect(page).toHaveURL(`${place.app}/settings/audit-log?key=${key.id}`);
  await open(page.url());
  await expect(records(page).last()).toContainText('created the key');
  await expect(csv).toHaveCount(0);
  await page.getByText('Export', { exact: true }).click();
  const password = page.getByLabel('Password', { exact: true });
  await password.fill('not the password');
  await page.getByRole('button', { name: 'Confirm password' }).click();
  await expect(password).toHaveAccessibleDescription(/not your password/);

  await password.fill(people.owner.password);
  await page.getByRole('button', { name: 'Confirm password' }).click();
  await expect(csv).toBeVisible();
  await expect(page).toHaveURL(`${place.app}/settings/audit-log?key=${key.id}`);
  const file = page.waitForEvent('download');
  await csv.click();
  expect((await file).suggestedFilename()).toMatch(/^audit-log-.*\.csv$/);
});

test('nothing found is said, with a way back to the whole log', async ({ page, open, as }) => {
  const { app } = await as(people.owner);
  await open(`${app}/settings/audit-log?person=nobody%40nowhere.example&until=nonsense`);
  await expect(page.getByRole('heading', { name: 'Nothing like that is in the log' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(records(page).first()).toBeVisible();
});

test('who is no owner is not led to the log, and refused there', async ({ page, open, as, watch }) => {
  watch.expect(answered(403));
  const place = await as(people.developer);
  await open(place.keys);
  const nav = page.getByRole('navigation', { name: 'Main' });
  await expect(nav.getByRole('link', { name: 'General' })).toBeVisible();
  await expect(nav.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
  await open(`${place.app}/settings/audit-log`);
  await expect(records(page)).toHaveCount(0);
  await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
});

test('the log is accessible, in light and dark, on a phone and a desk', { tag: '@js' }, async ({ page, open, as }) => {
  const place = await as(people.owner);
  await createKey(page, open, place, unique('Read about'));
  await open(`${place.app}/settings/audit-log`);
  await expect(records(page).first()).toBeVisible();
  await expectAccessible(page);
});
