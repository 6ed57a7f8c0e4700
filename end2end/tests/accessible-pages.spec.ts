// Each page by its address, in the account of the demo, which has keys of every kind. States that no address has are in a11y.spec.ts and in the
// journeys. A test of the server fails if a page is missing here.
import type { Page } from '@playwright/test';
import { ALL_WIDTHS, DIALOG, expectAccessible } from '../accessibility.ts';
import {
  type ApplicationPaths,
  type TestFixtures,
  clearSession,
  expect,
  failedResponse,
  signIn,
  test as base,
  waitUntilInteractive,
} from '../fixtures.ts';
import { enterPassword, invite, newContext, newEmail } from '../invitations.ts';
import { addAuthenticator, addFirst } from '../passkeys.ts';
import { type Person, type Server, startServer } from '../server.ts';

/** What an address is expected to show. */
interface Expected {
  /** The status of the response. */
  status?: number;
  /** A dialog above a page. Only the dialog is checked, because the page is the same without it. */
  dialog?: boolean;
  /** The widths at which it is checked, if they are others than for most. */
  widths?: number[] | undefined;
}

/** Opens a page and checks it. */
type Check = (path: string, expected?: Expected) => Promise<void>;

const test = base.extend<{ check: Check }, object>({
  server: [
    async ({}, use) => {
      // Passkeys need a host name.
      const server = await startServer({ demo: true, host: 'localhost' });
      await use({ ...server, url: server.url.replace('127.0.0.1', 'localhost') });
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  check: async ({ page, browserErrors, javaScriptEnabled }, use) => {
    await use((path, { status = 200, dialog = false, widths } = {}) =>
      base.step(path, async () => {
        if (status >= 400) {
          browserErrors.allow(failedResponse(status));
        }
        const answer = await page.goto(path);
        expect(answer?.status()).toBe(status);
        expect(new URL(page.url()).pathname, 'leads nowhere else').toBe(path.split('?')[0]);
        // The pages of the error codes have no program.
        if (javaScriptEnabled && !path.startsWith('/problems/')) {
          await waitUntilInteractive(page);
        }
        if (dialog) {
          await expect(page.locator(DIALOG)).toBeVisible();
        }
        await expectAccessible(page, dialog ? DIALOG : undefined, widths ? { widths } : {});
      }),
    );
  },
});

test.describe.configure({ timeout: 600_000 });

const KEYS = {
  key: 'Checkout service',
  inactive: 'Data warehouse',
  expired: 'Load test',
  revoked: 'Contractor laptop',
  retiring: 'Receipt mailer',
  unsaved: 'Webhook relay',
};

const PAGES = [
  '/apps/{app}',
  '/apps/{app}?from=2999-01-01&until=2999-01-02&zone=utc',
  '/apps/{app}?applications=Storefront',
  '/apps/{app}/new-application',
  '/apps/{app}/settings/general',
  '/apps/{app}/settings/members',
  '/apps/{app}/settings/scopes',
  '/apps/{app}/settings/requests',
  '/apps/{app}/settings/requests?request={request}',
  '/apps/{app}/settings/requests?request=unknown',
  '/apps/{app}/settings/requests?key={key}&try=1&scope=tax:read',
  '/apps/{app}/settings/security-events',
  '/apps/{app}/settings/security-events?key={unsaved}&kind=wrong_secret',
  '/apps/{app}/settings/audit-log',
  '/apps/{app}/settings/audit-log?person=unknown%40northwind.example',
  '/apps/{app}/settings/api-keys',
  '/apps/{app}/settings/api-keys?tab=all&sort=name&dir=desc',
  '/apps/{app}/settings/api-keys?search=nothing-like-this',
  '/apps/{app}/settings/api-keys/{key}',
  '/apps/{app}/settings/api-keys/{key}?window=90d&chart=responses&by=route&rows=all',
  '/apps/{app}/settings/api-keys/{key}?tab=requests',
  '/apps/{app}/settings/api-keys/{key}?tab=security',
  '/apps/{app}/settings/api-keys/{key}?tab=history',
  '/apps/{app}/settings/api-keys/{inactive}',
  '/apps/{app}/settings/api-keys/{expired}',
  '/apps/{app}/settings/api-keys/{revoked}',
  '/apps/{app}/settings/api-keys/{retiring}',
  '/apps/{app}/settings/api-keys/{unsaved}',
];

/** The pages with the most to fit in. */
const AT_ALL_WIDTHS = new Set(['/apps/{app}/settings/api-keys', '/apps/{app}/settings/api-keys/{key}']);

const DIALOGS = [
  '/apps/{app}/settings/general/account',
  '/apps/{app}/settings/general/archive',
  '/apps/{app}/settings/general/restore',
  '/apps/{app}/settings/general/delete',
  '/apps/{app}/settings/members/invite',
  '/apps/{app}/settings/members/two-factor',
  '/apps/{app}/settings/members/leave',
  '/apps/{app}/settings/members/{person}/role',
  '/apps/{app}/settings/members/{person}/application-role',
  '/apps/{app}/settings/members/{person}/transfer',
  '/apps/{app}/settings/members/{person}/remove',
  '/apps/{app}/settings/members/{person}/reset',
  '/apps/{app}/settings/members/invitations/{invitation}/renew',
  '/apps/{app}/settings/api-keys/new',
  '/apps/{app}/settings/api-keys/new?from={key}',
  '/apps/{app}/settings/api-keys/revoke-selected?keys={key}%20{inactive}',
  '/apps/{app}/settings/api-keys/revoke-all',
  '/apps/{app}/settings/api-keys/{key}/edit',
  '/apps/{app}/settings/api-keys/{key}/deactivate',
  '/apps/{app}/settings/api-keys/{key}/regenerate',
  '/apps/{app}/settings/api-keys/{key}/revoke',
  '/apps/{app}/settings/api-keys/{revoked}/regenerate',
];

type Open = TestFixtures['open'];
type Values = Record<string, string>;

/** Replaces the names in braces. */
function fill(path: string, values: Values): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new Error(`${path}: there is no ${name}`);
    }
    return value;
  });
}

/** Returns a person of the demo. */
function personOf(server: Server, role: Person['role']): Person {
  const password = /the password (\S+)/.exec(server.log())?.[1];
  if (password === undefined) {
    throw new Error(`the demo has printed no password: ${server.log()}`);
  }
  const email = role === 'support' ? 'support@latchkey.example' : `${role}@northwind.example`;
  return { account: 'Northwind Trading', application: 'Storefront', email, role, password };
}

/** Returns the parts of the path to which a link leads, from the last one on. */
async function partsOfLink(page: Page, name: string): Promise<string[]> {
  const href = await page.getByRole('main').getByRole('link', { name, exact: true }).first().getAttribute('href');
  return new URL(href ?? '', page.url()).pathname.split('/').reverse();
}

/** Reads the ids of the application and of its keys. */
async function idsOfKeys(page: Page, open: Open, { app, keys }: ApplicationPaths): Promise<Values> {
  const values: Values = { app: app.replace('/apps/', '') };
  await open(`${keys}?tab=all`);
  for (const [name, key] of Object.entries(KEYS)) {
    const [id = ''] = await partsOfLink(page, key);
    values[name] = id;
  }
  return values;
}

/** Reads the id of the newest request. */
async function newestRequest(page: Page, open: Open, app: string): Promise<string> {
  await open(`${app}/settings/requests`);
  const href = await page.locator('main a[href*="request="]').first().getAttribute('href');
  return new URL(href ?? '', page.url()).searchParams.get('request') ?? '';
}

/** Posts the sign-in form. */
async function enterCredentials(page: Page, open: Open, { email, password }: Person): Promise<void> {
  await clearSession(page);
  await open('/sign-in');
  await page.getByRole('textbox', { name: 'Email' }).fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('the pages of an application are accessible', async ({ page, open, signInAs, server, check }) => {
  const paths = await signInAs(personOf(server, 'owner'));
  const values = { ...(await idsOfKeys(page, open, paths)), request: await newestRequest(page, open, paths.app) };
  for (const path of PAGES) {
    await check(fill(path, values), { widths: AT_ALL_WIDTHS.has(path) ? ALL_WIDTHS : undefined });
  }
});

test('the dialogs of an application are accessible', async ({ page, open, signInAs, server, check }) => {
  const owner = personOf(server, 'owner');
  const paths = await signInAs(owner);
  const values = await idsOfKeys(page, open, paths);
  const invited = newEmail();
  await invite(page, open, paths.app, invited, 'viewer', owner);
  await open(`${paths.app}/settings/members`);
  const [, person = ''] = await partsOfLink(page, `Change role of ${personOf(server, 'developer').email}`);
  const [, invitation = ''] = await partsOfLink(page, `Create a new link for ${invited}`);
  for (const path of DIALOGS) {
    await check(fill(path, { ...values, person, invitation }), { dialog: true });
  }
});

test('the pages of an invitation and of a password reset are accessible', async ({ page, open, signInAs, server, check }) => {
  const owner = personOf(server, 'owner');
  const { email } = personOf(server, 'developer');
  const { app } = await signInAs(owner);
  const invitation = await invite(page, open, app, newEmail(), 'viewer', owner);
  await open(`${app}/settings/members`);
  await page.getByRole('link', { name: `Create a password reset link for ${email}` }).click();
  await expect(page.getByRole('dialog', { name: `Reset the password of ${email}` })).toBeVisible();
  await enterPassword(page, owner);
  await page.getByRole('button', { name: 'Create reset link' }).click();
  const shared = page.getByRole('dialog', { name: 'Share this link' }).getByRole('textbox', { name: /Password reset link/ });
  const reset = await shared.inputValue();
  await expectAccessible(page, DIALOG);
  await clearSession(page);
  const token = (address: string) => ({ token: address.split('/').at(-1) ?? '' });
  await check(fill('/invite/{token}', token(invitation)));
  await check(fill('/reset/{token}', token(reset)));
  await check('/invite/malformed', { status: 404 });
  await check('/reset/malformed', { status: 404 });
});

test('the pages for people who are not signed in are accessible', async ({ check }) => {
  for (const path of ['/sign-in', '/sign-in?after=reset', '/sign-in?after=expiry', '/forgot-password', '/problems/key_revoked']) {
    await check(path);
  }
  for (const path of ['/problems/unknown', '/nowhere']) {
    await check(path, { status: 404 });
  }
});

test('the pages that a person may not open, or that do not exist, are accessible', async ({ page, open, signInAs, server, check }) => {
  const { app, keys } = await signInAs(personOf(server, 'viewer'));
  await check(`${app}/settings/audit-log`, { status: 403 });
  await check(`${keys}/akl_0000000000000000`, { status: 404 });
  await check('/apps/00000000-0000-0000-0000-000000000000', { status: 404 });
  // What a viewer cannot change looks different.
  await check(keys);
  await open(`${keys}?tab=all`);
  const [key = ''] = await partsOfLink(page, KEYS.key);
  await check(`${keys}/${key}`);
});

test('the pages of support are accessible', async ({ page, open, server, check }) => {
  await enterCredentials(page, open, personOf(server, 'support'));
  await expect(page).toHaveURL('/support');
  await check('/support');
  const lookUp = async (what: string) => {
    await page.getByRole('textbox', { name: 'Account, application or key' }).fill(what);
    await page.getByRole('textbox', { name: 'Reason' }).fill('Request 4711');
    await page.getByRole('button', { name: 'Look up' }).click();
  };
  await lookUp('Northwind');
  for (const [list, next] of [
    ['Accounts', 'Northwind Trading'],
    ['Applications', 'Storefront'],
    ['Keys', KEYS.key],
  ] as const) {
    const found = page.getByRole('list', { name: list, exact: true });
    await expect(found).toBeVisible();
    await expectAccessible(page);
    await found.getByRole('button', { name: `View ${next}`, exact: true }).click();
  }
  await expect(page.getByRole('region', { name: 'History' })).toBeVisible();
  await expectAccessible(page);
  await lookUp('nothing like this');
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
  await expectAccessible(page);
});

test('the pages about oneself are accessible', async ({ signInAs, server, check }) => {
  await signInAs(personOf(server, 'viewer'));
  for (const path of ['/profile', '/profile/sessions', '/profile/two-factor', '/profile/two-factor/add']) {
    await check(path);
  }
  for (const path of ['/profile/email', '/profile/password']) {
    await check(path, { dialog: true });
  }
});

// The last one, because the viewer signs in with a passkey afterwards.
test('the second step of the sign-in, and the pages about second factors are accessible', async ({
  page,
  open,
  signInAs,
  browser,
  server,
  check,
}) => {
  const viewer = personOf(server, 'viewer');
  // A passkey is added by a script.
  const adding = await newContext(browser, server.url, true);
  await addAuthenticator(adding.page);
  await signIn(adding.page, viewer);
  const openThere = async (path: string) => {
    await adding.page.goto(path);
    await waitUntilInteractive(adding.page);
  };
  const [code = ''] = await addFirst(adding.page, openThere, 'Laptop');
  const [, passkey = ''] = await partsOfLink(adding.page, 'Rename Laptop');
  await adding.context.close();

  await enterCredentials(page, open, viewer);
  await expect(page).toHaveURL(/\/sign-in\/code/);
  await check('/sign-in/code');
  await page.getByRole('textbox', { name: 'Recovery code' }).fill(code);
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  for (const path of [
    '/profile/two-factor',
    '/profile/two-factor/add',
    '/profile/two-factor/add?method=app',
    '/profile/two-factor/remove-app',
    '/profile/two-factor/recovery-codes',
    '/profile/two-factor/turn-off',
    '/profile/two-factor/passkeys/{passkey}/rename',
    '/profile/two-factor/passkeys/{passkey}/remove',
  ]) {
    await check(fill(path, { passkey }));
  }

  await clearSession(page);
  const { app } = await signInAs(personOf(server, 'owner'));
  await open(`${app}/settings/members`);
  const [, person = ''] = await partsOfLink(page, `Reset two-factor authentication of ${viewer.email}`);
  const values = { app: app.replace('/apps/', ''), person };
  await check(fill('/apps/{app}/settings/members/{person}/two-factor', values), { dialog: true });
});
