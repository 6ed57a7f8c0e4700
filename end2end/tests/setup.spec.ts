import { expectAccessible } from '../accessibility.ts';
import { expect, failedResponse, test, waitUntilInteractive } from '../fixtures.ts';

// The server has no people; the tests are consecutive steps.
test.use({ initialPeople: [] });
test.describe.configure({ mode: 'serial' });

const founder = {
  Account: 'Initech',
  Application: 'Portal',
  Email: 'ida@initech.example',
};
const password = 'velvet ladder morning tin';

test('a server without people redirects to the setup', async ({ page, server, javaScriptEnabled }) => {
  expect(server.setupToken).toBeTruthy();
  await page.goto('/');
  await expect(page).toHaveURL('/setup');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  if (javaScriptEnabled) {
    await waitUntilInteractive(page);
  }
});

test('the setup is accessible', async ({ page, open }) => {
  await open('/setup');
  await expectAccessible(page);
});

test('a wrong token is reported beside its field, and the form keeps its values', async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  await open('/setup');
  for (const [label, value] of Object.entries(founder)) {
    await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  }
  await page.getByLabel('Password', { exact: true }).fill(password);
  const token = page.getByRole('textbox', { name: 'Setup token' });
  await token.fill('not-the-token');
  await page.getByRole('button', { name: 'Set up Latchkey' }).click();
  await expect(token).toHaveAttribute('aria-invalid', 'true');
  await expect(token).toHaveAccessibleDescription(/Incorrect setup token/);
  for (const [label, value] of Object.entries(founder)) {
    await expect(page.getByRole('textbox', { name: label, exact: true })).toHaveValue(value);
  }
});

test('a password that is too short is reported beside its field', async ({ page, open, browserErrors, server }) => {
  browserErrors.allow(failedResponse(422));
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

test('the correct token creates the account, signs the owner in, and shows the empty list', async ({
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
  await expect(page.getByRole('main').getByRole('searchbox')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Export CSV' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Create API Key' })).toBeVisible();
});

test('a token works once, and the setup then redirects to the sign-in', async ({ page, server }) => {
  await page.goto('/setup');
  await expect(page).toHaveURL('/sign-in');
  const answer = await page.request.post('/api/set_up', {
    form: { token: server.setupToken ?? '', account: 'Evil', application: 'Evil', email: 'eve@evil.example', password },
    headers: { origin: server.url, accept: 'application/json' },
  });
  expect(answer.status()).toBe(409);
});
