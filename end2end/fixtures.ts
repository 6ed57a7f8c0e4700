// Fixtures: a server with people, a signed-in browser, and a check for errors of the browser.
import { type APIResponse, type BrowserContext, type Page, test as base, expect, request } from '@playwright/test';
import { people } from './people.ts';
import { type Database, type Person, type Server, startServer } from './server.ts';

export { expect, people, request };

/** The server and the paths of a person's application. */
export interface ApplicationPaths {
  /** The server's URL. */
  origin: string;
  /** `/apps/{id}` */
  app: string;
  /** The list of keys. */
  keys: string;
}

export interface BrowserErrors {
  /** Allows lines of the browser's console that the test provokes. */
  allow(line: RegExp): void;
}

/** The age in milliseconds at which a shared session is replaced. Re-authentication is required after ten minutes. */
const MAX_SESSION_AGE = 5 * 60_000;
/** How many milliseconds a sign-in may take on a busy machine. */
const SIGN_IN_TIMEOUT = 30_000;

interface Session {
  since: number;
  cookies: Awaited<ReturnType<BrowserContext['cookies']>>;
  paths: ApplicationPaths;
}

export interface TestFixtures {
  /** Fails the test on errors and warnings of the browser. */
  browserErrors: BrowserErrors;
  /** Signs the browser in without the sign-in form. */
  signInAs: (person: Person) => Promise<ApplicationPaths>;
  /** Opens a path and waits until the page is interactive. */
  open: (path: string) => Promise<void>;
}

export interface WorkerFixtures {
  database: Database;
  /** How many processes the server has. */
  nodes: number;
  /** The people that exist at the start. Without any, the server requires the setup. */
  initialPeople: Person[];
  server: Server;
  sessions: Map<string, Session>;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  database: ['sqlite', { option: true, scope: 'worker' }],
  nodes: [1, { option: true, scope: 'worker' }],
  initialPeople: [Object.values(people), { option: true, scope: 'worker' }],
  server: [
    async ({ database, nodes, initialPeople }, use) => {
      const server = await startServer({ database, nodes, people: initialPeople });
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  sessions: [async ({}, use) => use(new Map()), { scope: 'worker' }],

  baseURL: async ({ server }, use) => use(server.url),

  page: async ({ page, javaScriptEnabled }, use) => {
    if (javaScriptEnabled) {
      await waitForModalDialogs(page);
    }
    await use(page);
  },

  browserErrors: [
    async ({ context, server, javaScriptEnabled }, use, info) => {
      // Without JavaScript, preloaded scripts are not used.
      const allowed: RegExp[] = javaScriptEnabled ? [] : [/preloaded using link preload but not used/];
      const errors: string[] = [];
      context.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) {
          errors.push(`${message.type()}: ${message.text()} (${message.location().url})`);
        }
      });
      context.on('weberror', (error) => errors.push(`uncaught: ${error.error()}`));
      context.on('request', (sent) => {
        const url = new URL(sent.url());
        if (url.origin !== server.url && !['data:', 'about:'].includes(url.protocol)) {
          errors.push(`request to another site: ${sent.url()}`);
        }
      });
      await use({ allow: (line) => allowed.push(line) });
      if (info.status !== info.expectedStatus) {
        await info.attach('log of the server', { body: server.log(), contentType: 'text/plain' });
        await info.attach('threads of the server', { body: await server.threads(), contentType: 'text/plain' });
      }
      expect(
        errors.filter((line) => !allowed.some((pattern) => pattern.test(line))),
        'errors of the browser',
      ).toEqual([]);
    },
    { auto: true },
  ],

  signInAs: async ({ context, server, sessions }, use) => {
    await use(async (person) => {
      let session = sessions.get(person.email);
      if (!session || Date.now() - session.since > MAX_SESSION_AGE) {
        session = await signInByRequest(server.url, person);
        sessions.set(person.email, session);
      }
      await context.addCookies(session.cookies);
      return session.paths;
    });
  },

  open: async ({ page, javaScriptEnabled }, use) => {
    await use(async (path) => {
      await page.goto(path);
      if (javaScriptEnabled) {
        await waitUntilInteractive(page);
      }
    });
  },
});

/** A dialog as the server renders it: part of the page, until the program makes it modal and moves it to the middle. */
const inlineDialog = (page: Page) => page.locator('dialog[open]:not(:modal)');

/** Lets each action wait for such a dialog to be modal: a click on one that moves would be lost. */
async function waitForModalDialogs(page: Page): Promise<void> {
  const started = page.locator('html:is([data-js], [data-failed])');
  await page.addLocatorHandler(inlineDialog(page), () => started.waitFor({ state: 'attached' }), { noWaitAfter: true });
}

/** For tests of a program that is late: no action waits for it. */
export async function actBeforeProgram(page: Page): Promise<void> {
  await page.removeLocatorHandler(inlineDialog(page));
}

/** Delays the program of the pages that are opened next, or a part of it, until the returned function is called. */
export async function delayProgram(page: Page, file = /latchkey\.js$/): Promise<() => void> {
  let deliver = () => {};
  const late = new Promise<void>((resolve) => {
    deliver = resolve;
  });
  await page.route(file, async (route) => {
    await late;
    await route.continue();
  });
  return deliver;
}

/** Starts the page's program, as a pointer that moves does, and waits until it has started. */
export async function waitUntilInteractive(page: Page): Promise<void> {
  // After a navigation that the test did not start itself, the page may not listen yet.
  await page.waitForLoadState('load');
  await page.locator('html').dispatchEvent('pointermove');
  await expect(page.locator('html')).toHaveAttribute('data-js', '');
}

/** Waits until the page is idle, so that late errors are reported as well. */
export async function waitUntilIdle(page: Page): Promise<void> {
  await page.evaluate(() => new Promise<void>((done) => requestIdleCallback(() => requestAnimationFrame(() => done()))));
}

/** Waits until the forms of the page are answered: a form that is being sent is not sent again. */
export async function waitUntilAnswered(page: Page): Promise<void> {
  await expect(page.locator('form[aria-busy]')).toHaveCount(0);
}

/** The line in Chromium's console for a response with this status. */
export const failedResponse = (status: number): RegExp => new RegExp(`the server responded with a status of ${status}`);

/** The headers that a page of the server sends with a form. */
export const sameOriginHeaders = (url: string): Record<string, string> => ({ origin: url, accept: 'application/json' });

/** Leaves the page, so that it sends no further requests, and removes the session's cookies. */
export async function clearSession(page: Page): Promise<void> {
  await page.goto('about:blank');
  await page.context().clearCookies();
}

/** Signs in by the form, which creates a new session; `signInAs` shares one between tests. */
export async function signIn(page: Page, person: Person): Promise<void> {
  await clearSession(page);
  await page.goto('/sign-in');
  await page.getByRole('textbox', { name: 'Email' }).fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
}

/** Changes the newest session so that its password was entered eleven minutes ago. Only on PostgreSQL, like `query`. */
export async function makeSignInStale(server: Server): Promise<void> {
  await server.query(
    'UPDATE session SET authenticated_at = authenticated_at - 660000 WHERE created_at = (SELECT MAX(created_at) FROM session)',
  );
}

async function signInByRequest(url: string, person: Person): Promise<Session> {
  const client = await request.newContext({ baseURL: url });
  const answer = await client.post('/api/sign_in', {
    form: { email: person.email, password: person.password },
    headers: sameOriginHeaders(url),
    maxRedirects: 0,
    timeout: SIGN_IN_TIMEOUT,
  });
  expect(answer.status(), await answer.text()).toBeLessThan(400);
  const start = await client.get('/', { headers: { accept: 'text/html' } });
  const keys = new URL(start.url()).pathname;
  expect(keys).toMatch(/^\/apps\/[^/]+\/settings\/api-keys$/);
  const { cookies } = await client.storageState();
  await client.dispose();
  return { since: Date.now(), cookies, paths: { origin: url, app: keys.replace(/\/settings\/api-keys$/, ''), keys } };
}

let count = 0;

/** Returns a name that no other key of this run has. */
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

/** Fills in the required fields of the open dialog `Create API Key`. */
export async function fillKey(page: Page, name: string, scopes = ['invoice:read']): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  for (const scope of scopes) {
    await dialog.getByRole('checkbox', { name: scope, exact: true }).check();
  }
}

/** Reads the dialog `Save your credentials`, after waiting for it. */
export async function readCredentials(page: Page): Promise<{ id: string; secret: string }> {
  const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
  await expect(reveal).toBeVisible();
  const id = await reveal.getByRole('textbox', { name: 'API key', exact: true }).inputValue();
  const secret = await reveal.getByRole('textbox', { name: 'Secret key', exact: true }).inputValue();
  return { id, secret };
}

/** Opens the folded fields of the form for a new key. */
export async function openRestrictions(page: Page): Promise<void> {
  const details = page.locator('details.restrictions');
  if ((await details.getAttribute('open')) === null) {
    await details.getByText('Restrictions', { exact: true }).click();
  }
}

/** Confirms the dialog `Save your credentials`, and closes it. Leads to the page with this heading. */
export async function confirmStored(page: Page, heading = 'API Keys'): Promise<void> {
  const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
  await reveal.getByRole('checkbox', { name: 'I have stored this secret' }).check();
  await reveal.getByRole('button', { name: 'Done' }).click();
  await expect(reveal).toBeHidden();
  await expect(page.getByRole('heading', { name: heading, level: 1 })).toBeVisible();
}

/** Creates a key by a request. Its secret is not noted as stored. */
export async function issueKey(page: Page, paths: ApplicationPaths, name: string, scopes = ['invoice:read']): Promise<Credentials> {
  const answer = await post(page, paths, 'create_key', {
    name,
    environment: 'live',
    expiration: '90',
    once: crypto.randomUUID(),
    ...Object.fromEntries(scopes.map((scope, place) => [`scopes[${place}]`, scope])),
  });
  const { id, secret } = (await answer.json()).Issued;
  return { name, id, secret };
}

/** Creates a key by the requests that the dialogs of the dashboard send, for tests of other things. The page stays where it is. */
export async function createKey(page: Page, paths: ApplicationPaths, name: string, scopes?: string[]): Promise<Credentials> {
  const key = await issueKey(page, paths, name, scopes);
  await post(page, paths, 'confirm_key', { key: key.id });
  if (((test.info().project.use as Partial<WorkerFixtures>).nodes ?? 1) > 1) {
    // The answer does not wait for the other nodes, which know the key before this page has loaded.
    await page.goto(paths.keys);
  }
  return key;
}

/** Sends a form about an application, as a page of the server does. */
async function post(page: Page, paths: ApplicationPaths, name: string, fields: Record<string, string>): Promise<APIResponse> {
  const answer = await page.request.post(`/api/${name}`, {
    form: { app: paths.app.replace('/apps/', ''), ...fields },
    headers: sameOriginHeaders(paths.origin),
  });
  expect(answer.status(), await answer.text()).toBe(200);
  return answer;
}

/** Returns the row of a key in the list. */
export const row = (page: Page, name: string) =>
  page.getByRole('table', { name: 'API keys' }).getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

/** Opens the menu on the page of a key, unless it is open. */
export async function openKeyMenu(page: Page, name: string): Promise<void> {
  const opener = page.getByRole('main').getByRole('button', { name: `Actions for ${name}` });
  if ((await opener.locator('..').getAttribute('open')) === null) {
    await opener.click();
  }
}

/** A message of the page about something that was done. Screen readers get it a second time, from the page's live region. */
export const toast = (page: Page, text: string) => page.getByRole('region', { name: 'Notifications' }).getByText(text);

/** The status in the head of a key's page. */
export const keyStatus = (page: Page) => page.getByRole('main').locator('.key-head .status');

/** Sends credentials to the gate. */
export async function whoami(url: string, pair: { id: string; secret: string }): Promise<APIResponse> {
  const client = await request.newContext({ baseURL: url });
  return client.get('/v1/whoami', { headers: { 'x-client-key': pair.id, 'x-client-secret': pair.secret } });
}

/** Returns the number of keys of an application, as its list says. */
export async function countKeys(page: Page, paths: ApplicationPaths): Promise<number> {
  const answer = await page.request.get(`${paths.keys}?tab=all`);
  expect(answer.ok()).toBe(true);
  const count = /class="result-count"[^>]*>[^<]*?([\d,]+) keys?/.exec(await answer.text())?.[1];
  expect(count).toBeDefined();
  return Number(count?.replaceAll(',', ''));
}

/** Returns the text of everything in which a page could store a secret. */
export async function pageState(page: Page): Promise<string> {
  const state = await page.evaluate(() => {
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
  return state + JSON.stringify(cookies);
}
