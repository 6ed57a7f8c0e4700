// Passkeys, with the virtual authenticator of Chromium: after the password, instead of it, and where it is asked for again.
import type { Page, Route } from '@playwright/test';
import { DIALOG, expectAccessible } from '../accessibility.ts';
import {
  SECRET,
  clearSession,
  expect,
  failedResponse,
  fillKey,
  makeSignInStale,
  people,
  readCredentials,
  signIn,
  toast,
  unique,
  waitUntilInteractive,
} from '../fixtures.ts';
import { newContext } from '../invitations.ts';
import { PAGE, addAuthenticator, addFirst, enterPassword, test } from '../passkeys.ts';
import type { Person } from '../server.ts';

const newPerson = (name: string): Person => ({
  ...people.developer,
  email: `${name}@passkey.example`,
  password: 'walnut ladder grey comet',
});
// One person for each test, because a passkey changes how the person signs in.
const [ada, ben, cleo, dora, erin, finn, gwen, hana, ivan, jane, kira, lena, mia] = [
  newPerson('ada'),
  newPerson('ben'),
  newPerson('cleo'),
  newPerson('dora'),
  newPerson('erin'),
  newPerson('finn'),
  newPerson('gwen'),
  newPerson('hana'),
  newPerson('ivan'),
  newPerson('jane'),
  newPerson('kira'),
  newPerson('lena'),
  newPerson('mia'),
] as const;
const allPeople = [people.owner, ada, ben, cleo, dora, erin, finn, gwen, hana, ivan, jane, kira, lena, mia];

test.use({ initialPeople: [allPeople, { scope: 'worker' }] });

const signedIn = (page: Page) => expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();

test('a passkey is added, renamed, asked for after the password, and removed', { tag: '@js' }, async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const device = await addAuthenticator(page);
  await signIn(page, ada);
  const codes = await addFirst(page, open, 'Laptop');
  expect(await device.count()).toBe(1);
  await expect(page.getByText('10 left')).toBeVisible();
  await page.getByRole('link', { name: 'Rename Laptop' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Old laptop');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('list', { name: 'Passkeys' })).toContainText('Old laptop');
  await expect(page.getByRole('link', { name: 'Remove Old laptop' })).toHaveCount(0);

  await enterPassword(page, ada, open);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await signedIn(page);

  await enterPassword(page, ada, open);
  await device.verify(false);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByText('No passkey was used.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Recovery code' }).fill(codes[0] ?? '');
  await page.getByRole('button', { name: 'Verify' }).click();
  await signedIn(page);
  await device.verify(true);

  // The same authenticator is refused by the browser, and another one is accepted.
  await open('/profile/two-factor/add');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await expect(page.getByText('There is a passkey for you already.')).toBeVisible();
  await device.client.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: device.id });
  await addAuthenticator(page);
  await page.getByRole('textbox', { name: 'Name' }).fill('Phone');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await expect(toast(page, 'Passkey added')).toBeVisible();
  await page.getByRole('link', { name: 'Remove Old laptop' }).click();
  await page.getByRole('button', { name: 'Remove passkey' }).click();
  const list = page.getByRole('list', { name: 'Passkeys' });
  await expect(list).toContainText('Phone');
  await expect(list).not.toContainText('Old laptop');
});

test('a passkey signs in without a password', { tag: '@js' }, async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const device = await addAuthenticator(page);
  await open('/sign-in');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByText('No passkey was used.')).toBeVisible();
  await signIn(page, ben);
  await addFirst(page, open, 'Laptop');
  await clearSession(page);
  await open('/sign-in?next=/profile');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('heading', { name: 'Profile', level: 1 })).toBeVisible();
  await expect(page.getByText(ben.email).first()).toBeVisible();

  // A passkey that the server no longer knows.
  await open('/profile/two-factor/turn-off');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByText('Two-factor authentication is off.')).toBeVisible();
  expect(await device.count()).toBe(1);
  await clearSession(page);
  await open('/sign-in');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByText("This passkey wasn't accepted.")).toBeVisible();
});

test('a passkey renews the recovery codes, in place of a code and of the password', { tag: '@js' }, async ({ page, open }) => {
  await addAuthenticator(page);
  await signIn(page, cleo);
  const codes = await addFirst(page, open, 'Laptop');
  await page.getByRole('link', { name: 'Create new recovery codes' }).click();
  await waitUntilInteractive(page);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByRole('heading', { name: 'Save your recovery codes' })).toBeVisible();
  const renewed = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
  expect(renewed).toHaveLength(10);
  expect(renewed.map((code) => code.trim())).not.toContain(codes[0]);
});

test('a passkey stands for the password in another form', { tag: '@js' }, async ({ page, open, server, database }) => {
  test.skip(database !== 'postgres', 'only there the sign-in can be made stale');
  await addAuthenticator(page);
  await signIn(page, erin);
  const keys = new URL(page.url()).pathname;
  await addFirst(page, open, 'Laptop');
  await makeSignInStale(server);
  // Where the passkey is the proof, it stands for the password too.
  await open('/profile/two-factor/add?method=app');
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByRole('img', { name: 'QR code with the setup key' })).toBeVisible();

  // Elsewhere the form is sent after it.
  await makeSignInStale(server);
  await open(`${keys}/new`);
  await expectAccessible(page, DIALOG, { database: 'postgres' });
  await fillKey(page, unique('Passkey'));
  await page.getByRole('button', { name: 'Use a passkey instead' }).click();
  const { secret } = await readCredentials(page);
  expect(secret).toMatch(SECRET);
});

test('where the passkey is the proof, one button asks for it', { tag: '@js' }, async ({ page, open, server, database }) => {
  test.skip(database !== 'postgres', 'only there the sign-in can be made stale');
  await addAuthenticator(page);
  await signIn(page, jane);
  await addFirst(page, open, 'Laptop');
  await makeSignInStale(server);
  await open(`${PAGE}/turn-off`);
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Use a passkey' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByText('Two-factor authentication is off.')).toBeVisible();
});

test('Enter in the name of a new passkey creates it', { tag: '@js' }, async ({ page, open }) => {
  const device = await addAuthenticator(page);
  await signIn(page, finn);
  await open(PAGE);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const name = page.getByRole('textbox', { name: 'Name' });
  // A name that the server would refuse makes no passkey.
  await name.fill('Desk\u200bcomputer');
  await name.press('Enter');
  await expect(page.getByRole('alert')).toContainText('invisible character');
  await expect(name).toBeFocused();
  expect(await device.count()).toBe(0);
  await name.fill('Desk computer');
  await name.press('Enter');
  await expect(page.getByRole('heading', { name: 'Save your recovery codes' })).toBeVisible();
  await page.getByRole('link', { name: 'I saved my codes' }).click();
  await expect(page.getByRole('list', { name: 'Passkeys' })).toContainText('Desk computer');
});

test('a passkey is asked for again after the session has ended', { tag: '@js' }, async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(401));
  await addAuthenticator(page);
  await signIn(page, gwen);
  await addFirst(page, open, 'Laptop');
  await open(`${PAGE}/turn-off`);
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  const renewal = page.getByRole('dialog', { name: 'Your session has ended' });
  await renewal.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(renewal).toHaveCount(0);
  await expect(page.getByText('Two-factor authentication is off.')).toBeVisible();
});

test('an answer for a session that has ended meanwhile is asked for again', { tag: '@js' }, async ({ page, open }) => {
  await addAuthenticator(page);
  await signIn(page, lena);
  await addFirst(page, open, 'Laptop');
  await open(`${PAGE}/turn-off`);
  const endSession = async (route: Route) => {
    const response = await route.fetch();
    await page.context().clearCookies();
    await route.fulfill({ response });
  };
  await page.route('**/api/ask_passkey', endSession, { times: 1 });
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  const renewal = page.getByRole('dialog', { name: 'Your session has ended' });
  await renewal.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(renewal).toHaveCount(0);
  await expect(page.getByText('Two-factor authentication is off.')).toBeVisible();
});

test('a form is kept while its session has ended', { tag: '@js' }, async ({ page, open, server, database, browserErrors }) => {
  test.skip(database !== 'postgres', 'only there the sign-in can be made stale');
  browserErrors.allow(failedResponse(401));
  await addAuthenticator(page);
  await signIn(page, hana);
  const keys = new URL(page.url()).pathname;
  await addFirst(page, open, 'Laptop');
  await makeSignInStale(server);
  await open(`${keys}/new`);
  await fillKey(page, unique('Kept'));
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Use a passkey instead' }).click();
  const renewal = page.getByRole('dialog', { name: 'Your session has ended' });
  await renewal.getByRole('textbox', { name: 'Email' }).fill(hana.email);
  await renewal.getByLabel('Password', { exact: true }).fill(hana.password);
  await renewal.getByRole('button', { name: 'Sign in', exact: true }).click();
  await renewal.getByRole('button', { name: 'Use a passkey' }).click();
  const { secret } = await readCredentials(page);
  expect(secret).toMatch(SECRET);
});

test('a sign-in over a page begins again when it took too long', { tag: '@js' }, async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(404));
  const device = await addAuthenticator(page);
  await signIn(page, ivan);
  await addFirst(page, open, 'Laptop');
  await page.getByRole('link', { name: 'Rename Laptop' }).click();
  await waitUntilInteractive(page);
  await page.getByRole('textbox', { name: 'Name' }).fill('Old laptop');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Save name' }).click();
  const renewal = page.getByRole('dialog', { name: 'Your session has ended' });
  await renewal.getByRole('textbox', { name: 'Email' }).fill(ivan.email);
  await renewal.getByLabel('Password', { exact: true }).fill(ivan.password);
  await renewal.getByRole('button', { name: 'Sign in', exact: true }).click();

  // What the browser refuses is said in the dialog: a toast would be below it.
  await device.verify(false);
  await renewal.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(renewal.getByRole('alert')).toContainText('No passkey was used.');
  await expect(page.locator('.toast')).toHaveCount(0);
  await device.verify(true);
  await page.context().clearCookies();
  await renewal.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(renewal).toContainText('That took too long');
  await renewal.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('list', { name: 'Passkeys' })).toContainText('Old laptop');
});

test('why the server refuses a passkey is said in the form', { tag: '@js' }, async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  await addAuthenticator(page);
  await signIn(page, kira);
  const codes = await addFirst(page, open, 'Laptop');
  await open(`${PAGE}/turn-off`);
  const other = await page.context().newPage();
  await other.goto(`${PAGE}/turn-off`);
  await other.getByRole('textbox', { name: 'Recovery code' }).fill(codes[0] ?? '');
  await other.getByRole('button', { name: 'Turn off two-factor authentication' }).click();
  await expect(other.getByText('Two-factor authentication is off.')).toBeVisible();
  await page.bringToFront();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByRole('alert')).toContainText('You have no passkey.');
});

test('a browser without passkeys is offered none, not even over a page', { tag: '@js' }, async ({ page, open }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'PublicKeyCredential');
  });
  await open('/sign-in');
  await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeHidden();
  await signIn(page, dora);
  await open(PAGE);
  await expect(page.getByRole('button', { name: 'Add a passkey' })).toBeHidden();
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
  const renewal = page.getByRole('dialog', { name: 'Your session has ended' });
  await expect(renewal.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
  await expect(renewal.getByRole('button', { name: 'Sign in with a passkey' })).toBeHidden();
});

test('without JavaScript no passkey is offered', { tag: '@no-js' }, async ({ page }) => {
  await page.goto('/sign-in');
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeHidden();
  await signIn(page, ada);
  await page.goto(PAGE);
  await expect(page.getByRole('button', { name: 'Set up an authenticator app' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add a passkey' })).toBeHidden();
  await expect(page.getByText('A passkey is faster')).toBeHidden();
  await expect(page.getByText('Passkeys need JavaScript')).toBeVisible();
});

test('with a passkey and without JavaScript, an app can be added', { tag: '@js' }, async ({ page, open, browser, server }) => {
  await addAuthenticator(page);
  await signIn(page, mia);
  const codes = await addFirst(page, open, 'Laptop');
  const other = await newContext(browser, server.url, false);
  await other.context.addCookies(await page.context().cookies());
  await other.page.goto(`${PAGE}/add`);
  const main = other.page.getByRole('main');
  await expect(main.getByText('Passkeys need JavaScript')).toBeVisible();
  await expect(main.getByRole('button')).toHaveCount(0);
  await main.getByRole('link', { name: 'Cancel' }).click();
  await expect(other.page).toHaveURL(PAGE);
  await other.page.goto(`${PAGE}/add`);
  await main.getByRole('link', { name: 'Set up an authenticator app' }).click();
  await main.getByRole('textbox', { name: 'Recovery code' }).fill(codes[0] ?? '');
  await main.getByRole('button', { name: 'Set up an authenticator app' }).click();
  await expect(main.getByText('Setup key', { exact: true })).toBeVisible();
  await other.context.close();
});

test('the form for a passkey, and the page about several, are accessible', { tag: '@js' }, async ({ page, open }) => {
  test.slow();
  const device = await addAuthenticator(page);
  await signIn(page, dora);
  await open(PAGE);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(page.getByRole('button', { name: 'Create passkey' })).toBeVisible();
  await expectAccessible(page);
  await addFirst(page, open, 'Laptop');
  await open(`${PAGE}/add`);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByRole('button', { name: 'Create passkey' })).toBeVisible();
  await device.client.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: device.id });
  await addAuthenticator(page);
  await page.getByRole('textbox', { name: 'Name' }).fill('Phone');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await expect(page.getByRole('list', { name: 'Passkeys' })).toContainText('Phone');
  await expectAccessible(page);
});
