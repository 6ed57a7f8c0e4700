import { expectAccessible } from '../accessible.ts';
import { answered, expect, listens, test } from '../fixtures.ts';

// The server of this file has nobody yet; its tests are steps of one story.
test.use({ crowd: [] });
test.describe.configure({ mode: 'serial' });

const founder = {
  Account: 'Initech',
  Application: 'Portal',
  Email: 'ida@initech.example',
};
const password = 'velvet ladder morning tin';

test('a server without people leads to its setup', async ({ page, server, javaScriptEnabled }) => {
  expect(server.setupToken).toBeTruthy();
  await page.goto('/');
  await expect(page).toHaveURL('/setup');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  if (javaScriptEnabled) {
    await listens(page);
  }
});

test('the setup is accessible', { tag: '@js' }, async ({ page, open }) => {
  await open('/setup');
  await expectAccessible(page);
});

test('a wrong token is named beside its field, and what was typed stays', async ({ page, open, watch }) => {
  watch.expect(answered(422));
  await open('/setup');
  for (const [label, value] of Object.entries(founder)) {
    await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  }
  await page.getByLabel('Password', { exact: true }).fill(password);
  const token = page.getByRole('textbox', { name: 'Setup token' });
  await token.fill('not-the-token');
  await page.getByRole('button', { name: 'Set up Latchkey' }).click();
  await expect(token).toHaveAttribute('aria-invalid', 'true');
  await expect(token).toHaveAccessibleDescription(/not the token/);
  for (const [label, value] of Object.entries(founder)) {
    await expect(page.getByRole('textbox', { name: label, exact: true })).toHaveValue(value);
  }
});

test('a password that is too short is named beside its field', async ({ page, open, watch, server }) => {
  watch.expect(answered(422));
  await open('/setup');
  for (const [label, value] of Object.entries(founder)) {
    await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  }
  await page.getByRole('textbox', { name: 'Setup token' }).fill(server.setupToken ?? '');
  const field = page.getByLabel('Password', { exact: true });
  await field.fill('too short');
  await page.getByRole('button', { name: 'Set up Latchkey' }).click();
  await expect(field).toHaveAccessibleDescription(/15 to 256 characters/);
});

test('the right token makes the account, signs its owner in, and shows that there are no keys yet', async ({
  page,
  open,
  server,
}) => {
  await open('/setup');
  for (const [label, value] of Object.entries(founder)) {
    await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  }
  await page.getByRole('textbox', { name: 'Setup token' }).fill(server.setupToken ?? '');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Set up Latchkey' }).click();
  await expect(page).toHaveURL(/\/apps\/[^/]+\/settings\/api-keys$/);
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await expect(page.getByText('No keys yet')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Create API Key' })).toBeVisible();
});

test('a token works once, and the setup leads to the sign-in from then on', async ({ page, server }) => {
  await page.goto('/setup');
  await expect(page).toHaveURL('/sign-in');
  const answer = await page.request.post('/api/set_up', {
    form: { token: server.setupToken ?? '', account: 'Evil', application: 'Evil', email: 'eve@evil.example', password },
    headers: { origin: server.url, accept: 'application/json' },
  });
  expect(answer.status()).toBe(409);
});
