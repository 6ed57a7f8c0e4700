// Passkeys in Chromium: a server that offers them, and the virtual authenticator.
import type { CDPSession, Page } from '@playwright/test';
import { clearSession, expect, test as base, waitUntilInteractive } from './fixtures.ts';
import type { Person } from './server.ts';
import { startServer } from './server.ts';

// Browsers accept a host name for passkeys, and no IP address.
export const test = base.extend({
  server: [
    async ({ database, initialPeople }, use) => {
      const server = await startServer({ database, people: initialPeople, host: 'localhost' });
      await use({ ...server, url: server.url.replace('127.0.0.1', 'localhost') });
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

/** The page about the second factor. */
export const PAGE = '/profile/two-factor';

export interface Authenticator {
  client: CDPSession;
  id: string;
  /** Whether the person passes the check of the fingerprint. */
  verify: (passes: boolean) => Promise<void>;
  /** The number of passkeys that it holds. */
  count: () => Promise<number>;
}

/** Gives the browser an authenticator that verifies its user and stores passkeys. */
export async function addAuthenticator(page: Page): Promise<Authenticator> {
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  const { authenticatorId: id } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    client,
    id,
    verify: async (passes) => {
      await client.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: passes });
    },
    count: async () => (await client.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials.length,
  };
}

/** Adds the first passkey, and returns the recovery codes. */
export async function addFirst(page: Page, open: (path: string) => Promise<void>, name: string): Promise<string[]> {
  await open(PAGE);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await expect(page.getByRole('heading', { name: 'Save your recovery codes' })).toBeVisible();
  const codes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
  expect(codes).toHaveLength(10);
  await page.getByRole('link', { name: 'I saved my codes' }).click();
  return codes.map((code) => code.trim());
}

/** Enters the password, which leads to the second step. */
export async function enterPassword(page: Page, person: Person, open: (path: string) => Promise<void>): Promise<void> {
  await clearSession(page);
  await open('/sign-in');
  await page.getByRole('textbox', { name: 'Email' }).fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('heading', { name: "Confirm it's you", level: 1 })).toBeVisible();
  await waitUntilInteractive(page);
}
