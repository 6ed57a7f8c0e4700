import type { Locator, Page } from '@playwright/test';
import { DIALOG, expectAccessible } from '../accessibility.ts';
import {
  actBeforeProgram,
  clearSession,
  createKey,
  delayProgram,
  expect,
  failedResponse,
  people,
  row,
  test,
  unique,
  waitUntilIdle,
  whoami,
  waitUntilInteractive,
} from '../fixtures.ts';

const dialogOf = (page: Page, name: string): Locator => page.getByRole('dialog', { name: `Edit ${name}` });
const review = (dialog: Locator): Locator => dialog.getByRole('region', { name: 'Changes' });

/** Posts the form. Without JavaScript, the first response shows the changes. */
async function save(dialog: Locator, javaScriptEnabled: boolean | undefined): Promise<void> {
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  if (!javaScriptEnabled) {
    await expect(dialog.getByText('Review your changes, then save.')).toBeVisible();
    await dialog.getByRole('button', { name: 'Save changes' }).click();
  }
  await expect(dialog).toBeHidden();
}

test('an edit shows its changes before it is saved, and the gate applies it immediately', async ({
  page,
  open,
  signInAs,
  server,
  javaScriptEnabled,
}) => {
  const paths = await signInAs(people.developer);
  const key = await createKey(page, paths, unique('Edited'), ['invoice:read', 'wallet:read']);
  await open(`${paths.keys}/${key.id}`);
  await page.getByRole('main').getByRole('link', { name: 'Edit', exact: true }).click();
  await expect(page).toHaveURL(`${paths.keys}/${key.id}/edit`);
  const dialog = dialogOf(page, key.name);
  await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await expect(dialog.getByRole('combobox', { name: 'Expiration' })).toHaveValue('keep');
  await expect(review(dialog)).toContainText('No changes');

  const renamed = unique('Renamed');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(renamed);
  await dialog.getByRole('checkbox', { name: 'wallet:read' }).uncheck();
  await dialog.getByRole('textbox', { name: 'Rate limit' }).fill('1');
  await dialog.getByRole('combobox', { name: 'Window' }).selectOption('day');
  await dialog.getByRole('button', { name: 'Save changes' }).focus();
  if (!javaScriptEnabled) {
    await dialog.getByRole('button', { name: 'Save changes' }).click();
  }
  await expect(review(dialog)).toContainText(`name from “${key.name}” to “${renamed}”`);
  await expect(review(dialog)).toContainText('Removes access: no longer grants wallet:read: requests that need it will be denied');
  await expect(review(dialog)).toContainText('rate limit from none to 1 request per day');
  await dialog.getByRole('button', { name: 'Save changes' }).click();

  await expect(page).toHaveURL(`${paths.keys}/${key.id}`);
  await expect(page.getByRole('heading', { name: renamed, level: 1 })).toBeVisible();
  const first = await whoami(server.url, key);
  expect(await first.json()).toMatchObject({ scopes: ['invoice:read'] });
  expect((await whoami(server.url, key)).status()).toBe(429);
  await open(`${paths.keys}/${key.id}?tab=history`);
  await expect(page.getByRole('region', { name: 'History' })).toContainText('no longer grants wallet:read');
});

test('an error in an edit is reported beside its field, and the form keeps its values', async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Edited'));
  await open(`${paths.keys}/${key.id}/edit`);
  const dialog = dialogOf(page, key.name);
  await dialog.getByRole('textbox', { name: 'Description' }).fill('kept');
  await dialog.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('nowhere');
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await expect(dialog.getByRole('alert').filter({ hasText: '“nowhere”' })).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'Allowed IP addresses' })).toHaveAccessibleDescription(/“nowhere” isn't an IP address/);
  await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue('kept');
});

test('of two concurrent edits, the second shows the first and keeps its values', async ({
  page,
  context,
  open,
  signInAs,
  javaScriptEnabled,
}) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Shared'));
  await open(`${paths.keys}/${key.id}/edit`);
  const second = dialogOf(page, key.name);
  await second.getByRole('textbox', { name: 'Description' }).fill('from the second');

  const other = await context.newPage();
  await other.goto(`${paths.keys}/${key.id}/edit`);
  if (javaScriptEnabled) {
    await waitUntilInteractive(other);
  }
  const quicker = unique('Quicker');
  const first = dialogOf(other, key.name);
  await first.getByRole('textbox', { name: 'Name', exact: true }).fill(quicker);
  await save(first, javaScriptEnabled);
  await other.close();

  await second.getByRole('button', { name: 'Save changes' }).click();
  const told = page.getByRole('dialog').filter({ hasText: 'Someone else edited this key' });
  await expect(told).toBeVisible();
  await expect(told.getByRole('textbox', { name: 'Description' })).toHaveValue('from the second');
  await expect(review(told)).toContainText(`name from “${quicker}” to “${key.name}”`);
  await told.getByRole('button', { name: 'Save changes' }).click();
  await expect(page).toHaveURL(`${paths.keys}/${key.id}`);
  await expect(page.getByText('from the second').first()).toBeVisible();
});

test('a key that has ended shows why it cannot be edited', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Over'));
  await open(`${paths.keys}/${key.id}/revoke`);
  await page.getByRole('textbox', { name: 'Type the key name to confirm' }).fill(key.name);
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page).toHaveURL(paths.keys);
  await open(`${paths.keys}/${key.id}/edit`);
  await expect(page.getByRole('dialog', { name: 'Edit' })).toContainText('already revoked');
  await expect(page.getByRole('button', { name: 'Save changes' })).toHaveCount(0);
});

test('a viewer cannot edit a key', async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(403));
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Read'));
  await clearSession(page);
  await signInAs(people.viewer);
  await open(`${paths.keys}/${key.id}`);
  await expect(page.getByRole('main').getByRole('link', { name: 'Edit' })).toHaveCount(0);
  await open(`${paths.keys}/${key.id}/edit`);
  await expect(page.getByRole('button', { name: 'Save changes' })).toHaveCount(0);
});

test.describe('with JavaScript', { tag: '@js' }, () => {
  test('a link to the allowed IP addresses leads to their field', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Anywhere'));
    await open(`${paths.keys}/${key.id}/edit#allowed_ips`);
    await expect(dialogOf(page, key.name).getByRole('textbox', { name: 'Allowed IP addresses' })).toBeFocused();
  });

  test('changes are shown while typing, and those that widen access are marked', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Widening'));
    await open(`${paths.keys}/${key.id}/edit`);
    const dialog = dialogOf(page, key.name);
    await dialog.getByRole('checkbox', { name: 'invoice:delete' }).check();
    await expect(review(dialog)).toContainText('1 change');
    await expect(review(dialog)).toContainText('Adds access: grants invoice:delete');
    await expect(review(dialog)).toBeInViewport({ ratio: 1 });
    await dialog.getByRole('checkbox', { name: 'invoice:delete' }).uncheck();
    await expect(review(dialog)).toContainText('No changes');
    const name = dialog.getByRole('textbox', { name: 'Name', exact: true });
    for (const [typed, reviewed] of [
      ['', 'Fix the errors to review your changes.'],
      [key.name, 'No changes'],
    ] as const) {
      await name.fill(typed);
      await name.blur();
      await expect(review(dialog)).toContainText(reviewed);
    }
    await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('never');
    await expect(review(dialog)).toContainText('Adds access: never expires');
    await expect(dialog.getByText(/until someone revokes it/)).toBeVisible();
    await expectAccessible(page, DIALOG);
    await page.keyboard.press('Escape');
    const question = page.getByRole('alertdialog', { name: 'Discard your changes?' });
    await question.getByRole('button', { name: 'Keep editing' }).click();
    await expect(question).toBeHidden();
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await question.getByRole('link', { name: 'Discard changes' }).click();
    await expect(dialog).toBeHidden();
    await expect(page).toHaveURL(`${paths.keys}/${key.id}`);
  });

  test('a change from before the program has started is shown before it is saved', async ({ page, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Widened early'));
    const deliver = await delayProgram(page);
    await actBeforeProgram(page);
    const wanted = page.waitForRequest(/latchkey\.js$/);
    await page.goto(`${paths.keys}/${key.id}/edit`);
    await wanted;
    const dialog = dialogOf(page, key.name);
    await dialog.getByRole('checkbox', { name: 'invoice:delete' }).check();
    deliver();
    await waitUntilInteractive(page);
    await expect(review(dialog)).toContainText('Adds access: grants invoice:delete');
  });

  test('discarding changes leads back to the list from which the form was opened', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Left alone'));
    const list = `${paths.keys}?search=${encodeURIComponent(key.name)}`;
    await open(list);
    const menu = row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` });
    await menu.press('Enter');
    await row(page, key.name).getByRole('link', { name: 'Edit' }).press('Enter');
    const dialog = dialogOf(page, key.name);
    await dialog.getByRole('textbox', { name: 'Description' }).fill('not this');
    const question = page.getByRole('alertdialog', { name: 'Discard your changes?' });
    await page.keyboard.press('Escape');
    await expect(question).toBeVisible();
    // A browser closes a dialog in any case where Escape is all that was pressed since the last time. The question shares its Escape with the
    // dialog below it once both were opened since then.
    for (const moves of [false, false, true]) {
      if (moves) {
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Escape');
      await expect(question).toBeHidden();
      await expect(dialog).toBeVisible();
      await expect(dialog.getByRole('textbox', { name: 'Description' })).toBeFocused();
      // The browser tells the program a moment after it has closed the question.
      await waitUntilIdle(page);
      await page.keyboard.press('Escape');
      await expect(question).toBeVisible();
      await expect(dialog).toBeVisible();
    }
    await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue('not this');
    await question.getByRole('link', { name: 'Discard changes' }).press('Enter');
    await expect(page).toHaveURL(list);
    await expect(menu).toBeFocused();
  });
});

test.describe('a key whose secret was not stored', () => {
  test('is marked, and discarded in one click', async ({ page, open, signInAs, server }) => {
    const paths = await signInAs(people.owner);
    const name = unique('Lost');
    await open(`${paths.keys}/new`);
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await dialog.getByRole('checkbox', { name: 'invoice:read', exact: true }).check();
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    const id = await reveal.getByRole('textbox', { name: 'API key', exact: true }).inputValue();
    const secret = await reveal.getByRole('textbox', { name: 'Secret key', exact: true }).inputValue();

    await open(paths.keys);
    await expect(row(page, name)).toContainText('Secret not saved');
    await open(`${paths.keys}/${id}`);
    await page.getByRole('button', { name: 'Revoke unused key' }).click();
    await expect(page).toHaveURL(paths.keys);
    await expect(row(page, name)).toHaveCount(0);
    const refused = await whoami(server.url, { id, secret });
    expect(await refused.json()).toMatchObject({ code: 'key_revoked' });
    await open(`${paths.keys}/${id}`);
    await expect(page.getByText('Secret was never stored').first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Revoke unused key' })).toHaveCount(0);
  });

  test('cannot be discarded after its secret was stored', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Stored'));
    await open(`${paths.keys}/${key.id}`);
    await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Revoke unused key' })).toHaveCount(0);
  });
});
