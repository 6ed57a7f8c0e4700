// Invitations and forgotten passwords with a mail server.
import { DIALOG, expectAccessible } from '../accessibility.ts';
import { expect, failedResponse, people, signIn, test as base, toast } from '../fixtures.ts';
import { acceptInvitation, enterPassword, newContext, newEmail } from '../invitations.ts';
import { type MailServer, linkIn, startMailServer } from '../mail.ts';
import { startServer } from '../server.ts';

const fred = { ...people.developer, email: 'fred@acme.example', password: 'walnut ladder grey comet' };
const chosen = 'marble ferry under lamps';

const test = base.extend<object, { mail: MailServer }>({
  mail: [
    async ({}, use) => {
      const mail = await startMailServer();
      await use(mail);
      await mail.stop();
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ database, mail }, use) => {
      const server = await startServer({ database, people: [people.owner, fred], smtpUrl: mail.url });
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

test('an invitation arrives by email, can be sent again, and is accepted', async ({ page, open, signInAs, browser, server, mail, javaScriptEnabled, browserErrors }) => {
  browserErrors.allow(failedResponse(404));
  const { app } = await signInAs(people.owner);
  const email = newEmail();
  await open(`${app}/settings/members`);
  await page.getByRole('link', { name: 'Invite a member' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite a member' });
  await dialog.getByRole('textbox', { name: 'Email' }).fill(email);
  await enterPassword(page, people.owner);
  await dialog.getByRole('button', { name: 'Send invitation' }).click();
  const sent = page.getByRole('dialog', { name: 'Email on its way' });
  await expect(sent.getByText(`${email} gets this link by email.`)).toBeVisible();
  const shown = new URL(await sent.getByRole('textbox', { name: /Invitation link/ }).inputValue()).pathname;
  await page.getByRole('link', { name: 'Done' }).click();
  const first = await mail.next(email);
  expect(first.subject).toBe("You're invited to join an account on Latchkey");
  expect(first.body).toContain(`Invited by: ${people.owner.email}`);
  expect(linkIn(first, 'invite', server.url)).toBe(shown);

  await page.getByRole('link', { name: `Send the invitation to ${email} again` }).click();
  const again = page.getByRole('dialog', { name: `Send the invitation to ${email} again` });
  await expect(again).toBeVisible();
  await expectAccessible(page, DIALOG);
  await enterPassword(page, people.owner);
  await again.getByRole('button', { name: 'Send again' }).click();
  await expect(sent).toBeVisible();
  await expectAccessible(page, DIALOG);
  const path = linkIn(await mail.next(email), 'invite', server.url);
  expect(path).not.toBe(shown);

  const guest = await newContext(browser, server.url, javaScriptEnabled ?? true);
  expect((await guest.page.goto(shown))?.status()).toBe(404);
  await acceptInvitation(guest.page, path, javaScriptEnabled ?? true);
  await expect(guest.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await guest.context.close();
});

test('a forgotten password is reset with a link that arrives by email', async ({ page, open, server, mail }) => {
  await open('/sign-in');
  await page.getByRole('link', { name: 'Forgot password?' }).click();
  await expect(page.getByRole('heading', { name: 'Forgot password?', level: 1 })).toBeVisible();
  for (const email of ['nobody@acme.example', fred.email]) {
    await open('/forgot-password');
    await page.getByRole('textbox', { name: 'Email' }).fill(email);
    await page.getByRole('button', { name: 'Send reset link' }).click();
    await expect(page.getByRole('heading', { name: 'Check your email', level: 1 })).toBeVisible();
  }
  const path = linkIn(await mail.next(fred.email), 'reset', server.url);
  await open(path);
  await page.getByLabel('New password', { exact: true }).fill(chosen);
  await page.getByRole('button', { name: 'Save password' }).click();
  await expect(page).toHaveURL(/\/sign-in\?after=reset$/);
  expect((await mail.next(fred.email)).subject).toBe('Your Latchkey password was reset');
  await signIn(page, { ...fred, password: chosen });
  expect((await mail.next(fred.email)).subject).toBe('New sign-in to Latchkey');
});

test('people choose which emails they get', async ({ page, open, signInAs }) => {
  await signInAs(people.owner);
  await open('/profile');
  const keys = page.getByRole('checkbox', { name: 'Expiring keys' });
  await expect(keys).toBeChecked();
  await keys.uncheck();
  await page.getByRole('button', { name: 'Save notifications' }).click();
  await expect(toast(page, 'Changes saved')).toBeVisible();
  await open('/profile');
  await expect(keys).not.toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'New sign-ins' })).toBeChecked();
});

test('the pages that only a mail server changes are accessible', async ({ open, page, signInAs }) => {
  await open('/forgot-password');
  await expectAccessible(page);
  await open('/forgot-password?after=sent');
  await expectAccessible(page);
  await signInAs(people.owner);
  await open('/profile');
  await expectAccessible(page);
});
