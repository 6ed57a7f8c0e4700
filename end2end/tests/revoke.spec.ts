import { createKey, expect, failedResponse, people, row, test, unique, whoami, waitUntilAnswered, waitUntilInteractive } from '../fixtures.ts';

test('revoking requires the key’s name, ends the key immediately, and keeps it in the list', async ({
  page,
  open,
  signInAs,
  browserErrors,
  server,
}) => {
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(people.developer);
  const key = await createKey(page, paths, unique('Old importer'));
  await open(paths.keys);
  await row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` }).click();
  await row(page, key.name).getByRole('link', { name: 'Revoke' }).click();
  await expect(page).toHaveURL(`${paths.keys}/${key.id}/revoke`);
  const dialog = page.getByRole('alertdialog', { name: `Revoke ${key.name}?` });
  await expect(dialog).toBeVisible();
  await expect(dialog).toHaveAccessibleDescription(/can't undo this/);

  const confirm = dialog.getByRole('textbox', { name: 'Type the key name to confirm' });
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Leaked in a ticket');
  for (const wrong of ['', 'Another key']) {
    await confirm.fill(wrong);
    await dialog.getByRole('button', { name: 'Revoke key' }).click();
    // The second answer shows the same error as the first one, so that the error does not tell when it has arrived.
    await waitUntilAnswered(page);
    await expect(confirm).toHaveAccessibleDescription(/doesn't match the key name/);
    await expect(confirm).toHaveValue(wrong);
  }
  await expect(dialog.getByRole('textbox', { name: 'Reason' })).toHaveValue('Leaked in a ticket');
  expect((await whoami(server.url, key)).status()).toBe(200);

  await confirm.fill(key.name);
  await dialog.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page).toHaveURL(paths.keys);
  const refused = await whoami(server.url, key);
  expect(refused.status()).toBe(401);
  expect(await refused.json()).toMatchObject({ code: 'key_revoked' });
  await expect(row(page, key.name)).toHaveCount(0);

  await page.getByRole('navigation', { name: 'Key groups' }).getByRole('link', { name: 'Ended' }).click();
  await expect(row(page, key.name)).toContainText('Revoked');
  await open(`${paths.keys}?status=revoked`);
  await expect(row(page, key.name)).toContainText('Revoked');
  await row(page, key.name).getByRole('link', { name: key.name, exact: true }).click();
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.getByText('Leaked in a ticket').first()).toBeVisible();
  await expect(page.getByRole('main').getByRole('link', { name: 'Revoke' })).toHaveCount(0);
});

test('cancelling does not change the key', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Spared'));
  await open(`${paths.keys}/${key.id}/revoke`);
  await page.getByRole('alertdialog').getByText('Cancel', { exact: true }).click();
  await expect(page.getByRole('alertdialog')).toBeHidden();
  expect((await whoami(server.url, key)).status()).toBe(200);
});

test('the dialog focuses Cancel, and Escape cancels', { tag: '@js' }, async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Spared'));
  await open(paths.keys);
  await page.getByRole('button', { name: `Actions for ${key.name}` }).click();
  await row(page, key.name).getByRole('link', { name: 'Revoke' }).click();
  const dialog = page.getByRole('alertdialog', { name: `Revoke ${key.name}?` });
  await waitUntilInteractive(page);
  await expect(dialog.getByText('Cancel', { exact: true })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page).not.toHaveURL(/\/revoke$/);
  expect((await whoami(server.url, key)).status()).toBe(200);
});

test('the revoke dialog of a revoked key is not shown', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Gone'));
  await open(`${paths.keys}/${key.id}/revoke`);
  await page.getByRole('textbox', { name: 'Type the key name to confirm' }).fill(key.name);
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page).toHaveURL(paths.keys);
  await open(`${paths.keys}/${key.id}/revoke`);
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
});
