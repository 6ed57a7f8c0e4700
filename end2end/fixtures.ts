// What every test finds around it: a server with people, a signed-in browser, and a watch over the page.
import { type APIResponse, type BrowserContext, type Page, test as base, expect, request } from '@playwright/test';
import { people } from './people.ts';
import { type Database, type Person, type Server, startServer } from './server.ts';

export { expect, people, request };

/** Where a person is after signing in. */
export interface Place {
  /** `/apps/{id}` */
  app: string;
  /** The list of keys. */
  keys: string;
}

export interface Watch {
  /** This test provokes such a line in the browser's console. */
  expect(line: RegExp): void;
}

/** After ten minutes a sign-in is not fresh any more: milliseconds after which a test gets a new one. */
const FRESH = 5 * 60_000;

interface Session {
  since: number;
  cookies: Awaited<ReturnType<BrowserContext['cookies']>>;
  place: Place;
}

export interface Settings {
  /** Fails the test on what a browser complains about. */
  watch: Watch;
  /** Signs the browser in without its form. */
  as: (person: Person) => Promise<Place>;
  /** Goes to a path and waits until the page listens. */
  open: (path: string) => Promise<void>;
}

export interface WorkerSettings {
  database: Database;
  /** Who may sign in; with nobody the server waits to be set up. */
  crowd: Person[];
  server: Server;
  sessions: Map<string, Session>;
}

export const test = base.extend<Settings, WorkerSettings>({
  database: ['sqlite', { option: true, scope: 'worker' }],
  crowd: [Object.values(people), { option: true, scope: 'worker' }],
  server: [
    async ({ database, crowd }, use) => {
      const server = await startServer({ database, people: crowd });
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  sessions: [async ({}, use) => use(new Map()), { scope: 'worker' }],

  baseURL: async ({ server }, use) => use(server.url),

  watch: [
    async ({ context, server, javaScriptEnabled }, use) => {
      // Without scripts nothing uses what the page preloads for them.
      const allowed: RegExp[] = javaScriptEnabled ? [] : [/preloaded using link preload but not used/];
      const trouble: string[] = [];
      context.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) {
          trouble.push(`${message.type()}: ${message.text()} (${message.location().url})`);
        }
      });
      context.on('weberror', (error) => trouble.push(`uncaught: ${error.error()}`));
      context.on('request', (sent) => {
        const url = new URL(sent.url());
        if (url.origin !== server.url && !['data:', 'about:'].includes(url.protocol)) {
          trouble.push(`request to another site: ${sent.url()}`);
        }
      });
      await use({ expect: (line) => allowed.push(line) });
      expect(
        trouble.filter((line) => !allowed.some((pattern) => pattern.test(line))),
        'the browser has nothing to complain about',
      ).toEqual([]);
    },
    { auto: true },
  ],

  as: async ({ context, server, sessions }, use) => {
    await use(async (person) => {
      let session = sessions.get(person.email);
      if (!session || Date.now() - session.since > FRESH) {
        session = await signInByRequest(server.url, person);
        sessions.set(person.email, session);
      }
      await context.addCookies(session.cookies);
      return session.place;
    });
  },

  open: async ({ page, javaScriptEnabled }, use) => {
    await use(async (path) => {
      await page.goto(path);
      if (javaScriptEnabled) {
        await listens(page);
      }
    });
  },
});

/** Waits until WebAssembly has taken the page over. */
export async function listens(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-js', '');
}

/** Waits until the page has nothing left to do, so that what it complains about late is heard as well. */
export async function isIdle(page: Page): Promise<void> {
  await page.evaluate(() => new Promise<void>((done) => requestIdleCallback(() => requestAnimationFrame(() => done()))));
}

/** The line with which Chromium's console reports an answer with this status. */
export const answered = (status: number): RegExp => new RegExp(`the server responded with a status of ${status}`);

/** What a page of the server sends with a form. */
export const fromOurPage = (url: string): Record<string, string> => ({ origin: url, accept: 'application/json' });

/** Signs in by the form: a session of its own, where the tests of a person otherwise share one. */
export async function signIn(page: Page, person: Person): Promise<void> {
  await page.context().clearCookies();
  await page.goto('/sign-in');
  await page.getByRole('textbox', { name: 'Email' }).fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
}

/** Makes the newest session one whose password was entered eleven minutes ago: stale. PostgreSQL alone, as `query`. */
export async function makeSignInStale(server: Server): Promise<void> {
  await server.query(
    'UPDATE session SET authenticated_at = authenticated_at - 660000 WHERE created_at = (SELECT MAX(created_at) FROM session)',
  );
}

async function signInByRequest(url: string, person: Person): Promise<Session> {
  const client = await request.newContext({ baseURL: url });
  const answer = await client.post('/api/sign_in', {
    form: { email: person.email, password: person.password },
    headers: fromOurPage(url),
    maxRedirects: 0,
  });
  expect(answer.status(), await answer.text()).toBeLessThan(400);
  const start = await client.get('/', { headers: { accept: 'text/html' } });
  const keys = new URL(start.url()).pathname;
  expect(keys).toMatch(/^\/apps\/[^/]+\/settings\/api-keys$/);
  const { cookies } = await client.storageState();
  await client.dispose();
  return { since: Date.now(), cookies, place: { app: keys.replace(/\/settings\/api-keys$/, ''), keys } };
}

let count = 0;

/** A name that no other key of this run has. */
export function unique(words: string): string {
  count += 1;
  return `${words} ${Date.now().toString(36)}${count}`;
}

export interface Credentials {
  name: string;
  id: string;
  secret: string;
}

export const KEY_ID = /^ak[lt]_[0-9A-Za-z]{16}$/;
export const SECRET = /^as[lt]_[0-9A-Za-z]{49}$/;

/** Fills in the dialog `Create API Key`, which is open, as far as a key needs. */
export async function fillKey(page: Page, name: string, scopes = ['invoice:read']): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  for (const scope of scopes) {
    await dialog.getByRole('checkbox', { name: scope, exact: true }).check();
  }
}

/** Reads the dialog `Save your credentials`, which is open or about to be. */
export async function readCredentials(page: Page): Promise<{ id: string; secret: string }> {
  const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
  await expect(reveal).toBeVisible();
  const id = await reveal.getByRole('textbox', { name: 'API key', exact: true }).inputValue();
  const secret = await reveal.getByRole('textbox', { name: 'Secret key', exact: true }).inputValue();
  return { id, secret };
}

/** Closes the dialog `Save your credentials` as one should. */
export async function confirmStored(page: Page): Promise<void> {
  const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
  await reveal.getByRole('checkbox', { name: 'I have stored this secret' }).check();
  await reveal.getByRole('button', { name: 'Done' }).click();
  await expect(reveal).toBeHidden();
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
}

/** Makes a key as a person does; the page is the list afterwards. */
export async function createKey(
  page: Page,
  open: Settings['open'],
  place: Place,
  name: string,
  scopes?: string[],
): Promise<Credentials> {
  await open(`${place.keys}/new`);
  await fillKey(page, name, scopes);
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const pair = await readCredentials(page);
  await confirmStored(page);
  return { name, ...pair };
}

/** The row of a key in the list. */
export const row = (page: Page, name: string) =>
  page.getByRole('table', { name: 'API keys' }).getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

/** What the gate says of a pair. */
export async function whoami(url: string, pair: { id: string; secret: string }): Promise<APIResponse> {
  const client = await request.newContext({ baseURL: url });
  return client.get('/v1/whoami', { headers: { 'x-client-key': pair.id, 'x-client-secret': pair.secret } });
}

/** How many keys an application has. */
export async function countKeys(page: Page, url: string, place: Place): Promise<number> {
  const answer = await page.request.post('/api/list_keys', {
    form: { app: place.app.replace('/apps/', ''), search: '', status: '', environment: '', cursor: '' },
    headers: fromOurPage(url),
  });
  expect(answer.ok()).toBe(true);
  return ((await answer.json()) as { data: { total: number } }).data.total;
}

/** Everything that a page could keep a text in, the network aside. */
export async function everythingKept(page: Page): Promise<string> {
  const kept = await page.evaluate(() => {
    const values = [...document.querySelectorAll('input, textarea')].map((field) => (field as HTMLInputElement).value);
    return JSON.stringify([
      document.documentElement.outerHTML,
      values,
      { ...localStorage },
      { ...sessionStorage },
      history.state,
      location.href,
      document.cookie,
      window.name,
    ]);
  });
  const cookies = await page.context().cookies();
  return kept + JSON.stringify(cookies);
}
