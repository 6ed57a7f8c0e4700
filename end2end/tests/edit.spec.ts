import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../accessible.ts';
import { answered, createKey, expect, people, row, test, unique, whoami } from '../fixtures.ts';

const dialogOf = (page: Page, name: string): Locator => page.getByRole('dialog', { name: `Edit ${name}` });
const review = (dialog: Locator): Locator => dialog.getByRole('region', { name: 'What changes' });

/** Sends the form; without scripts the first answer shows what changes. */
async function save(dialog: Locator, javaScriptEnabled: boolean | undefined): Promise<void> {
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  if (!javaScriptEnabled) {
    await expect(dialog.getByText('Nothing is saved yet')).toBeVisible();
    await dialog.getByRole('button', { name: 'Save changes' }).click();
  }
  await expect(dialog).toBeHidden();
}

test('a key is edited: what changes is said first, and the gate holds to it at once', async ({
  page,
  open,
  as,
  server,
  javaScriptEnabled,
}) => {
  const place = await as(people.developer);
  const key = await createKey(page, open, place, unique('Edited'), ['invoice:read', 'wallet:read']);
  await open(`${place.keys}/${key.id}`);
  await page.getByRole('main').getByRole('link', { name: 'Edit' }).click();
  await expect(page).toHaveURL(`${place.keys}/${key.id}/edit`);
  const dialog = dialogOf(page, key.name);
  await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await expect(dialog.getByRole('combobox', { name: 'Expiration' })).toHaveValue('keep');
  await expect(review(dialog)).toContainText('Nothing yet');

  const renamed = unique('Renamed');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(renamed);
  await dialog.getByRole('checkbox', { name: 'wallet:read' }).uncheck();
  await dialog.getByRole('textbox', { name: 'Rate limit' }).fill('1');
  await dialog.getByRole('combobox', { name: 'Window' }).selectOption('day');
  await dialog.getByRole('button', { name: 'Save changes' }).focus();
  if (!javaScriptEnabled) {
    await dialog.getByRole('button', { name: 'Save changes' }).click();
  }
  await expect(review(dialog)).toContainText(`“${key.name}” becomes “${renamed}”`);
  await expect(review(dialog)).toContainText('Narrower: removes wallet:read: calls that need it are refused');
  await expect(review(dialog)).toContainText('none becomes 1 request a day');
  await dialog.getByRole('button', { name: 'Save changes' }).click();

  await expect(page).toHaveURL(`${place.keys}/${key.id}`);
  await expect(page.getByRole('heading', { name: renamed, level: 1 })).toBeVisible();
  const first = await whoami(server.url, key);
  expect(await first.json()).toMatchObject({ scopes: ['invoice:read'] });
  expect((await whoami(server.url, key)).status()).toBe(429);
  await open(`${place.keys}/${key.id}`);
  await expect(page.getByRole('region', { name: 'History' })).toContainText('removes wallet:read');
});

test('what is wrong with an edit is told beside its field, and nothing is lost', async ({ page, open, as, watch }) => {
  watch.expect(answered(422));
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Edited'));
  await open(`${place.keys}/${key.id}/edit`);
  const dialog = dialogOf(page, key.name);
  await dialog.getByRole('textbox', { name: 'Description' }).fill('kept');
  await dialog.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('nowhere');
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await expect(dialog.getByRole('alert').filter({ hasText: 'There is a problem' })).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'Allowed IP addresses' })).toHaveAccessibleDescription(/“nowhere” is neither/);
  await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue('kept');
});

test('two people who edit the same key: the second is told, and loses nothing', async ({
  page,
  context,
  open,
  as,
  javaScriptEnabled,
}) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Shared'));
  await open(`${place.keys}/${key.id}/edit`);
  const second = dialogOf(page, key.name);
  await second.getByRole('textbox', { name: 'Description' }).fill('from the second');

  const other = await context.newPage();
  await other.goto(`${place.keys}/${key.id}/edit`);
  if (javaScriptEnabled) {
    await expect(other.locator('html')).toHaveAttribute('data-js', '');
  }
  const quicker = unique('Quicker');
  const first = dialogOf(other, key.name);
  await first.getByRole('textbox', { name: 'Name', exact: true }).fill(quicker);
  await save(first, javaScriptEnabled);
  await other.close();

  await second.getByRole('button', { name: 'Save changes' }).click();
  const told = page.getByRole('dialog').filter({ hasText: 'in the meantime' });
  await expect(told).toBeVisible();
  await expect(told.getByRole('textbox', { name: 'Description' })).toHaveValue('from the second');
  await expect(review(told)).toContainText(`“${quicker}” becomes “${key.name}”`);
  await told.getByRole('button', { name: 'Save changes' }).click();
  await expect(page).toHaveURL(`${place.keys}/${key.id}`);
  await expect(page.getByText('from the second').first()).toBeVisible();
});

test('a key that is over says why it cannot be edited', async ({ page, open, as }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Over'));
  await open(`${place.keys}/${key.id}/revoke`);
  await page.getByRole('textbox', { name: 'Type the key name to confirm' }).fill(key.name);
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page).toHaveURL(place.keys);
  await open(`${place.keys}/${key.id}/edit`);
  await expect(page.getByRole('dialog', { name: 'Edit' })).toContainText('Revocation is final');
  await expect(page.getByRole('button', { name: 'Save changes' })).toHaveCount(0);
});

test('who only reads cannot edit', async ({ page, open, as, watch, context }) => {
  watch.expect(answered(403));
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Read'));
  await context.clearCookies();
  await as(people.viewer);
  await open(`${place.keys}/${key.id}`);
  await expect(page.getByRole('main').getByRole('link', { name: 'Edit' })).toHaveCount(0);
  await open(`${place.keys}/${key.id}/edit`);
  await expect(page.getByRole('button', { name: 'Save changes' })).toHaveCount(0);
});

test.describe('with scripts', { tag: '@js' }, () => {
  test('what changes is said while it is typed, and what widens is called so', async ({ page, open, as }) => {
    const place = await as(people.owner);
    const key = await createKey(page, open, place, unique('Widening'));
    await open(`${place.keys}/${key.id}/edit`);
    const dialog = dialogOf(page, key.name);
    await dialog.getByRole('checkbox', { name: 'invoice:delete' }).check();
    await expect(review(dialog)).toContainText('Wider: adds invoice:delete');
    await dialog.getByRole('checkbox', { name: 'invoice:delete' }).uncheck();
    await expect(review(dialog)).toContainText('Nothing yet');
    await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('never');
    await expect(review(dialog)).toContainText('Wider: never ends');
    await expect(dialog.getByText(/until somebody revokes it/)).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(page).toHaveURL(`${place.keys}/${key.id}`);
  });
});

test.describe('a key whose secret nobody stored', () => {
  test('is marked, and discarded in one click', async ({ page, open, as, server }) => {
    const place = await as(people.owner);
    const name = unique('Lost');
    await open(`${place.keys}/new`);
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await dialog.getByRole('checkbox', { name: 'invoice:read', exact: true }).check();
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    const id = await reveal.getByRole('textbox', { name: 'API key', exact: true }).inputValue();
    const secret = await reveal.getByRole('textbox', { name: 'Secret key', exact: true }).inputValue();

    await open(place.keys);
    await expect(row(page, name)).toContainText('Secret not confirmed');
    await open(`${place.keys}/${id}`);
    await page.getByRole('button', { name: 'Discard this key' }).click();
    await expect(page).toHaveURL(place.keys);
    await expect(row(page, name)).toContainText('Revoked');
    const refused = await whoami(server.url, { id, secret });
    expect(await refused.json()).toMatchObject({ code: 'key_revoked' });
    await open(`${place.keys}/${id}`);
    await expect(page.getByText('Secret was never stored').first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Discard this key' })).toHaveCount(0);
  });

  test('cannot be discarded once it is stored', async ({ page, open, as }) => {
    const place = await as(people.owner);
    const key = await createKey(page, open, place, unique('Stored'));
    await open(`${place.keys}/${key.id}`);
    await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Discard this key' })).toHaveCount(0);
  });
});
