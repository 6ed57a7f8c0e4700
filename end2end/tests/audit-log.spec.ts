// The audit log: reading, filtering and exporting it.
import { type Page } from '@playwright/test';
import { createKey, expect, failedResponse, makeSignInStale, people, signIn, test, unique } from '../fixtures.ts';

const records = (page: Page) => page.getByRole('list', { name: 'Audit log' }).getByRole('listitem');

test('an owner reads who changed a key, and its previous values', async ({
  page,
  open,
  signInAs,
  javaScriptEnabled,
}) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Logged'));
  await open(`${paths.keys}/${key.id}/edit`);
  const renamed = unique('Renamed');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(renamed);
  const save = page.getByRole('button', { name: 'Save changes' });
  if (!javaScriptEnabled) {
    // Without JavaScript, the first post shows the changes.
    await save.click();
    await expect(page.getByText(`to “${renamed}”`)).toBeVisible();
  }
  await save.click();
  await expect(page.getByRole('heading', { level: 1, name: renamed })).toBeVisible();

  await open(paths.keys);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Audit log' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Audit log' })).toBeVisible();
  await expect(page).toHaveTitle(/^Audit log · .* · Latchkey$/);
  await page.getByRole('combobox', { name: 'Target' }).fill(key.id);
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(new RegExp(`key=${key.id}`));
  const changed = records(page).filter({ hasText: 'changed the key' });
  await expect(changed).toHaveCount(1);
  await expect(changed).toContainText(people.owner.email);
  await changed.locator('summary').click();
  await expect(changed.getByRole('deletion')).toContainText(key.name);
  await expect(changed.getByRole('insertion')).toContainText(renamed);
  await expect(records(page).last()).toContainText('created the key');
  expect(await page.content()).not.toContain(key.secret);

  await page.getByRole('combobox', { name: 'Action' }).selectOption('key.created');
  if (!javaScriptEnabled) {
    await page.getByRole('button', { name: 'Filter' }).click();
  }
  await expect(records(page)).toHaveCount(1);
  const file = page.getByRole('link', { name: 'Export CSV' });
  await expect(file).toHaveAttribute('href', new RegExp(`/audit-log\\.csv\\?key=${key.id}&action=key\\.created$`));
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(/audit-log$/);

  // A key is also found by its name.
  await page.getByRole('combobox', { name: 'Target' }).fill(renamed.toLowerCase());
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/key=/);
  await expect(changed).toHaveCount(1);
  await expect(changed).toContainText(renamed);
});

test('exporting the log requires the password if the sign-in is more than ten minutes old', async ({
  page,
  open,
  signInAs,
  server,
  database,
  browserErrors,
}) => {
  test.skip(database === 'sqlite', 'an SQLite file belongs to the server that serves it');
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(people.owner);
  await signIn(page, people.owner);
  const key = await createKey(page, paths, unique('Exported'));
  await open(`${paths.app}/settings/audit-log?key=${key.id}`);
  const csv = page.getByRole('link', { name: 'Export CSV' });
  await expect(csv).toBeVisible();
  await makeSignInStale(server);

  // The link on a page that was opened earlier leads to the password form.
  await page.goto((await csv.getAttribute('href')) ?? '');
  await expect(page).toHaveURL(`${paths.app}/settings/audit-log?key=${key.id}`);
  await open(page.url());
  await expect(records(page).last()).toContainText('created the key');
  await expect(csv).toHaveCount(0);
  await page.getByText('Export', { exact: true }).click();
  const password = page.getByLabel('Password', { exact: true });
  await password.fill('not the password');
  await page.getByRole('button', { name: 'Confirm password' }).click();
  await expect(password).toHaveAccessibleDescription(/Incorrect password/);

  await password.fill(people.owner.password);
  await page.getByRole('button', { name: 'Confirm password' }).click();
  await expect(csv).toBeVisible();
  await expect(page).toHaveURL(`${paths.app}/settings/audit-log?key=${key.id}`);
  const file = page.waitForEvent('download');
  await csv.click();
  expect((await file).suggestedFilename()).toMatch(/^audit-log-.*\.csv$/);
});

test('a filter without matches shows a message and a link to the whole log', async ({ page, open, signInAs }) => {
  const { app } = await signInAs(people.owner);
  await open(`${app}/settings/audit-log?person=nobody%40nowhere.example&until=nonsense`);
  await expect(page.getByRole('heading', { name: 'No matching entries' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(records(page).first()).toBeVisible();
});

test('a person who is not an owner sees no link to the log and cannot open it', async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(403));
  const paths = await signInAs(people.developer);
  await open(paths.keys);
  const nav = page.getByRole('navigation', { name: 'Main' });
  await expect(nav.getByRole('link', { name: 'General' })).toBeVisible();
  await expect(nav.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
  await open(`${paths.app}/settings/audit-log`);
  await expect(records(page)).toHaveCount(0);
  await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
});
