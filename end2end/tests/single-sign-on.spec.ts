// Signing in through a real OpenID Connect provider.
import type { Page } from '@playwright/test';
import { DIALOG, expectAccessible } from '../accessibility.ts';
import { confirmStored, expect, fillKey, people, readCredentials, signIn, test as base, toast } from '../fixtures.ts';
import { forgeries, unchanged } from '../forgeries.ts';
import { type IdentityProvider, startProvider } from '../provider.ts';
import { freePort, startServer } from '../server.ts';

const accounts = {
  ada: { email: 'ada@acme.example', name: 'Ada Lovelace', groups: ['admins'] },
  ben: { email: 'ben@acme.example', name: 'Ben', groups: ['devs'] },
  cleo: { email: 'cleo@acme.example', name: 'Cleo', groups: ['guests'] },
  vera: { email: 'vera@elsewhere.example', name: 'Vera', groups: ['guests'] },
  owner: { email: people.owner.email, name: 'Olivia', groups: ['admins'] },
};

const test = base.extend<object, { provider: IdentityProvider; port: number }>({
  port: [async ({}, use) => use(await freePort()), { scope: 'worker' }],
  provider: [
    async ({ port }, use) => {
      const provider = await startProvider(`http://127.0.0.1:${port}`, accounts);
      await use(provider);
      await provider.stop();
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ database, initialPeople, port, provider }, use) => {
      const variables = {
        ...provider.variables,
        LATCHKEY_OIDC_ACCOUNT: people.owner.account,
        LATCHKEY_OIDC_ROLES: 'admins=owner,devs=developer',
      };
      const server = await startServer({ database, people: initialPeople, port, variables });
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

test.beforeEach(({ browserErrors, provider }) => {
  // The provider's own pages, and the icon that the browser looks for there.
  browserErrors.allow(new RegExp(`request to another site: ${provider.issuer}`));
  browserErrors.allow(new RegExp(`status of 404.*${provider.issuer}`));
});

const button = (page: Page) => page.getByRole('link', { name: 'Continue with Northwind ID' });

/** Enters a name on the provider's page. */
async function enter(page: Page, user: keyof typeof accounts): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Northwind ID' })).toBeVisible();
  await page.getByLabel('User').fill(user);
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function signInAtProvider(page: Page, user: keyof typeof accounts, path = '/sign-in'): Promise<void> {
  await page.goto('about:blank');
  await page.context().clearCookies();
  await page.goto(path);
  await button(page).click();
  await enter(page, user);
}

test('a person with a group signs in, and goes on to the page that they wanted', async ({ page, open }) => {
  await open('/sign-in?next=/profile');
  await expectAccessible(page);
  await button(page).click();
  await enter(page, 'ada');
  await expect(page).toHaveURL(/\/profile$/);
  await expect(page.getByText('ada@acme.example').first()).toBeVisible();
  await expect(page.getByRole('link', { name: 'Change password' })).toHaveCount(0);
  await expectAccessible(page);
  for (const [path, title] of [
    ['/profile/password', 'Change password'],
    ['/profile/email', 'Change email'],
  ] as const) {
    await open(path);
    const dialog = page.getByRole('dialog', { name: title });
    await expect(dialog.getByRole('textbox')).toHaveCount(0);
    await expectAccessible(page, DIALOG);
    await dialog.getByRole('link', { name: 'Close' }).last().click();
    await expect(page).toHaveURL(/\/profile$/);
  }
  await open('/');
  await page.getByRole('link', { name: 'Members' }).click();
  const members = page.getByRole('region', { name: 'Members' });
  const row = members.getByRole('listitem').filter({ hasText: 'ada@acme.example' });
  await expect(row).toContainText('Owner');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('Connection works.')).toBeVisible();
  await expectAccessible(page);
});

test('a person without a group is refused with what to do', async ({ page }) => {
  await signInAtProvider(page, 'cleo');
  await expect(page).toHaveURL(/sso=no-access/);
  await expect(page.getByText("You don't have access to Latchkey.")).toBeVisible();
  await expectAccessible(page);
});

test('no forged token of the real provider starts a session', async ({ page, provider }) => {
  test.setTimeout(120_000);
  try {
    provider.forge(unchanged);
    await signInAtProvider(page, 'ada', '/sign-in?next=/profile');
    await expect(page).toHaveURL(/\/profile$/);
    for (const [name, forgery] of Object.entries(forgeries)) {
      await test.step(name, async () => {
        provider.forge(forgery);
        await signInAtProvider(page, 'ada');
        await expect(page).toHaveURL(/\/sign-in\?sso=invalid$/);
        await expect(page.getByText("The response from Northwind ID wasn't valid.")).toBeVisible();
        await page.goto('/profile');
        await expect(page).toHaveURL(/\/sign-in\?next=/);
      });
    }
  } finally {
    provider.forge(undefined);
  }
});

test('an existing person signs in with the password, and links the identity', async ({ page, open }) => {
  await signInAtProvider(page, 'owner');
  await expect(page.getByText('An account with your email already exists.')).toBeVisible();
  await expectAccessible(page);
  await signIn(page, people.owner);
  await open('/profile');
  await page.getByRole('link', { name: 'Link Northwind ID' }).click();
  // The browser is still signed in at the provider, unless its cookies were cleared.
  await enter(page, 'owner');
  await expect(page.getByText('Linked since')).toBeVisible();
  await expectAccessible(page);
  await signInAtProvider(page, 'owner');
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
});

test('a session is confirmed by signing in at the provider again', async ({ page }) => {
  await signInAtProvider(page, 'ben');
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  // As the link in a form does, which opens a new tab. The provider would not ask without `prompt=login`.
  await page.goto('/sign-in/oidc?for=confirm&next=/profile');
  await enter(page, 'ben');
  await expect(page).toHaveURL(/\/profile$/);
  await expect(toast(page, 'Go back to the other tab')).toBeVisible();
  // Signed out at the provider, which would sign the first person out by a script.
  await page.context().clearCookies({ name: /^_/ });
  await page.goto('/sign-in/oidc?for=confirm&next=/profile');
  await enter(page, 'ada');
  await expect(page).toHaveURL(/sso=other-person/);
});

test('a form waits while the person signs in at the provider in another tab', async ({ page, browserErrors }) => {
  browserErrors.allow(/status of 403.*create_key/);
  await signInAtProvider(page, 'ben');
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await page.goto(`${new URL(page.url()).pathname}/new`);
  await fillKey(page, 'Confirmed in another tab');
  const generate = page.getByRole('button', { name: 'Generate API Key' });
  await generate.click();
  await expect(page.getByText('Confirm with your identity provider first.').first()).toBeVisible();
  const confirm = page.getByRole('link', { name: 'Confirm with Northwind ID' });
  await expect(confirm).toBeVisible();
  await expectAccessible(page, DIALOG);
  const opened = page.waitForEvent('popup');
  await confirm.click();
  const tab = await opened;
  await enter(tab, 'ben');
  await expect(tab.getByText('Go back to the other tab')).toBeVisible();
  await tab.close();
  await generate.click();
  await readCredentials(page);
  await confirmStored(page);
  await expect(page.getByText('Confirmed in another tab').first()).toBeVisible();
});

test('a session that ends while a form is open is renewed through the provider, and the form is sent', { tag: '@js' }, async ({
  page,
  context,
  browserErrors,
}) => {
  browserErrors.allow(/status of 403.*create_key/);
  await signInAtProvider(page, 'ben');
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await page.goto(`${new URL(page.url()).pathname}/new`);
  await fillKey(page, 'Kept over a sign-in');
  await context.clearCookies();
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const renewal = page.getByRole('dialog', { name: 'Your session has ended' });
  const signInElsewhere = async () => {
    const opened = page.waitForEvent('popup');
    await renewal.getByRole('link', { name: 'Continue with Northwind ID' }).click();
    const tab = await opened;
    await expect(tab.getByRole('heading', { name: 'Northwind ID' })).toBeVisible();
    await expect(renewal).toContainText('Continue in the other tab');
    return tab;
  };
  // As a browser says it when the reader comes back, which is not seen here.
  const comeBack = () => page.evaluate(() => window.dispatchEvent(new Event('focus')));
  const left = await signInElsewhere();
  await left.close();
  await comeBack();
  await expect(renewal).toContainText('Sign in to continue');
  const tab = await signInElsewhere();
  await enter(tab, 'ben');
  await expect(tab.getByRole('button', { name: 'Generate API Key' })).toBeVisible();
  await comeBack();
  // The provider does not say when the person signed in there, so the session is not a recent one.
  await expect(renewal).toHaveCount(0);
  await expect(page.getByText('Confirm with your identity provider first.').first()).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Kept over a sign-in');
  await tab.goto('/sign-in/oidc?for=confirm&next=/profile');
  await enter(tab, 'ben');
  await expect(tab.getByText('Go back to the other tab')).toBeVisible();
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  await readCredentials(page);
  await confirmStored(page);
  await expect(page.getByText('Kept over a sign-in').first()).toBeVisible();
});

test('the command line checks the provider', async ({ server, provider }) => {
  const printed = await server.command('oidc', 'check');
  expect(printed).toContain(`issuer: ${provider.issuer}`);
  expect(printed).toContain(`redirect URI to register: ${server.url}/sign-in/oidc/callback`);
});

test('when the provider is down, one line says so and the password works', async ({ page, provider, browserErrors }) => {
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const variables = { ...provider.variables, LATCHKEY_OIDC_ISSUER: issuer };
  const server = await startServer({ people: [people.owner], variables });
  browserErrors.allow(new RegExp(`request to another site: ${server.url}`));
  try {
    await expect(server.command('oidc', 'check')).rejects.toThrow(/does not answer/);
    await page.goto(`${server.url}/sign-in`);
    await button(page).click();
    await expect(page.getByText("Couldn't reach Northwind ID. Sign in with your password")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Email' }).fill(people.owner.email);
    await page.getByLabel('Password', { exact: true }).fill(people.owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  } finally {
    await page.goto('about:blank');
    await server.stop();
  }
});
