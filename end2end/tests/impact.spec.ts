import { createKey, expect, people, test, unique, whoami } from '../fixtures.ts';

test('before a revocation it is said what still uses the key', async ({ page, open, as, server }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Busy'));
  for (let call = 0; call < 3; call += 1) {
    expect((await whoami(server.url, key)).status()).toBe(200);
  }
  await open(`${place.keys}/${key.id}/revoke`);
  const dialog = page.getByRole('alertdialog', { name: `Revoke ${key.name}?` });
  await expect(dialog).toContainText('3 calls in the last minute: something still uses it.');
  await expect(dialog).toContainText('Last 24 hours: 3 accepted');
  await expect(dialog).toContainText('Last 7 days: 3 accepted');
  await expect(dialog.getByRole('table', { name: 'By route' }).first()).toContainText('GET /v1/whoami');
  await expect(dialog.getByRole('table', { name: 'By address' }).first()).toContainText('127.0.0.1');
});

test('a key that was never used is revoked lightly', async ({ page, open, as }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Unused'));
  await open(`${place.keys}/${key.id}/revoke`);
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('nothing is known to depend on this key');
  await expect(dialog.getByRole('table')).toHaveCount(0);
});

test('a key’s page says what would make it safer, and where its calls come from', async ({ page, open, as, server }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Open'));
  expect((await whoami(server.url, key)).status()).toBe(200);
  // The question before a revocation writes what was counted.
  await open(`${place.keys}/${key.id}/revoke`);
  await open(`${place.keys}/${key.id}?window=1h`);
  const suggestions = page.getByRole('region', { name: 'Suggestions' });
  await expect(suggestions.getByRole('listitem')).toHaveCount(1);
  await expect(suggestions).toContainText('works from any address');
  const usage = page.getByRole('region', { name: 'Usage' });
  await expect(usage.getByRole('table', { name: 'By route' })).toContainText('GET /v1/whoami');
  await expect(usage.getByRole('table', { name: 'By scope' })).toContainText('No scope asked for');
  await expect(page.getByRole('region', { name: 'What it may do' })).toContainText('invoice:read');
});

test('whoever only reads finds neither forms nor suggestions', async ({ page, open, as }) => {
  const place = await as(people.owner);
  const key = await createKey(page, open, place, unique('Read'));
  await as(people.viewer);
  await open(`${place.keys}/${key.id}`);
  await expect(page.getByRole('heading', { name: key.name, level: 1 })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Regenerate secret' })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Suggestions' })).toHaveCount(0);
});
