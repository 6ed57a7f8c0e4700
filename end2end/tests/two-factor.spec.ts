// Two-factor authentication: turning it on and off, signing in with it, and requiring it of members.
import { createHmac } from 'node:crypto';
import type { Page } from '@playwright/test';
import { DIALOG, expectAccessible } from '../accessibility.ts';
import {
  clearSession,
  expect,
  failedResponse,
  fillKey,
  KEY_ID,
  people,
  readCredentials,
  signIn,
  test,
  unique,
} from '../fixtures.ts';
import { newContext } from '../invitations.ts';
import type { Person } from '../server.ts';

const PAGE = '/profile/two-factor';
const newPerson = (name: string, place: Person): Person => ({
  ...place,
  email: `${name}@factor.example`,
  password: 'walnut ladder grey comet',
});
// One person for each test, because a second factor changes how the person signs in.
const [ada, ben, cleo, dora, gina] = [
  newPerson('ada', people.developer),
  newPerson('ben', people.developer),
  newPerson('cleo', people.developer),
  newPerson('dora', people.developer),
  newPerson('gina', people.developer),
] as const;
const initech = { account: 'Initech', application: 'Reports' };
const strict: Person = { ...newPerson('erin', people.owner), ...initech };
const late: Person = { ...newPerson('finn', people.developer), ...initech };

test.use({ initialPeople: [[people.owner, ada, ben, cleo, dora, gina, strict, late], { scope: 'worker' }] });

/** The time step of codes in milliseconds. */
const STEP = 30_000;
const stepNow = () => Math.floor(Date.now() / STEP);

/** The code of an authenticator app (RFC 6238) for a secret in base 32. */
function codeAt(secret: string, milliseconds = Date.now()): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replaceAll(' ', '')].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(milliseconds / STEP)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

interface Factor {
  secret: string;
  codes: string[];
  /** Returns a code that was not used: each is of a later time step than the one before. */
  next: () => Promise<string>;
}

const code = (page: Page) => page.getByRole('textbox', { name: 'Verification code' });

/** Starts the set-up, and reads the secret. */
async function start(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Set up two-factor authentication' }).click();
  await expect(page.getByRole('img', { name: 'QR code with the setup key' })).toBeVisible();
  return page.getByRole('textbox', { name: 'Setup key' }).inputValue();
}

async function turnOn(page: Page, open: (path: string) => Promise<void>): Promise<Factor> {
  await open(PAGE);
  const secret = await start(page);
  // A code of the step before now is accepted too, so that the next ones need no waiting. The step does not end before it has arrived.
  await expect.poll(() => Date.now() % STEP).toBeLessThan(STEP - 5_000);
  let step = stepNow() - 1;
  await page.getByRole('textbox', { name: '6-digit code' }).fill(codeAt(secret, step * STEP));
  await page.getByRole('button', { name: 'Turn on two-factor authentication' }).click();
  await expect(page.getByRole('heading', { name: 'Save your recovery codes' })).toBeVisible();
  const codes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
  expect(codes).toHaveLength(10);
  const next = async () => {
    step = Math.max(step + 1, stepNow());
    // One step ahead of the server's clock is accepted, two are not.
    await expect.poll(stepNow, { timeout: 90_000 }).toBeGreaterThanOrEqual(step - 1);
    return codeAt(secret, step * STEP);
  };
  return { secret, codes: codes.map((text) => text.trim()), next };
}

/** Enters the password, which leads to the question for a code. */
async function enterPassword(page: Page, person: Person, open: (path: string) => Promise<void>): Promise<void> {
  await clearSession(page);
  await open('/sign-in');
  await page.getByRole('textbox', { name: 'Email' }).fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Enter your code', level: 1 })).toBeVisible();
}

test('it is turned on, asks for a code at each sign-in, and is turned off', async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  await signIn(page, ada);
  await open(PAGE);
  await expect(page.getByText('Two-factor authentication is off.')).toBeVisible();
  const shown = await start(page);
  expect(shown).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
  const link = await page.getByRole('link', { name: 'Open in an app' }).getAttribute('href');
  expect(new URL(link ?? '').searchParams.get('secret')).toBe(shown.replaceAll(' ', ''));
  await page.getByRole('textbox', { name: '6-digit code' }).fill('000000');
  await page.getByRole('button', { name: 'Turn on two-factor authentication' }).click();
  await expect(page.getByRole('textbox', { name: '6-digit code' })).toHaveAccessibleDescription(/isn't right/);
  const key = page.getByRole('textbox', { name: 'Setup key' });
  await expect(key).toHaveValue(shown);
  // It is in sight in full, because it may have to be typed.
  const viewport = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 800 });
  const hidden = await key.evaluate((field) => [field.scrollWidth - field.clientWidth, field.scrollHeight - field.clientHeight]);
  expect(Math.max(...hidden)).toBeLessThanOrEqual(0);
  await page.setViewportSize(viewport ?? { width: 1280, height: 720 });

  const factor = await turnOn(page, open);
  const file = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download codes' }).click();
  expect((await file).suggestedFilename()).toBe('latchkey-recovery-codes.txt');
  await page.getByRole('link', { name: 'I saved my codes' }).click();
  await expect(page.getByText('10 left')).toBeVisible();
  expect(await page.content()).not.toContain(factor.secret);

  await enterPassword(page, ada, open);
  await page.goto('/profile');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.goto('/sign-in/code');
  await code(page).fill('000000');
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(code(page)).toHaveAccessibleDescription(/isn't right/);
  const used = await factor.next();
  await code(page).fill(used);
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();

  await enterPassword(page, ada, open);
  await code(page).fill(used);
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(code(page)).toHaveAccessibleDescription(/already used/);
  await code(page).fill((factor.codes[0] ?? '').toUpperCase());
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();

  await open(PAGE);
  await expect(page.getByText('9 left')).toBeVisible();
  await page.getByRole('link', { name: 'Create new recovery codes' }).click();
  await code(page).fill(factor.codes[1] ?? '');
  await page.getByRole('button', { name: 'Create new recovery codes' }).click();
  const list = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
  await expect(list).toHaveCount(10);
  const renewed = await list.allInnerTexts();
  await open(`${PAGE}/turn-off`);
  await code(page).fill(factor.codes[2] ?? '');
  await page.getByRole('button', { name: 'Turn off two-factor authentication' }).click();
  await expect(code(page)).toHaveAccessibleDescription(/isn't right/);
  await code(page).fill((renewed[0] ?? '').trim());
  await page.getByRole('button', { name: 'Turn off two-factor authentication' }).click();
  await expect(page.getByText('Two-factor authentication is off.')).toBeVisible();
  await signIn(page, ada);
});

test('after five wrong codes the password is required again', async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  await signIn(page, ben);
  const factor = await turnOn(page, open);
  await enterPassword(page, ben, open);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await code(page).fill('000000');
    await page.getByRole('button', { name: 'Verify' }).click();
    if (attempt < 4) {
      await expect(code(page)).toHaveAccessibleDescription(/isn't right/);
      await open('/sign-in/code');
    }
  }
  await expect(page).toHaveURL(/\/sign-in\?after=expiry$/);
  await expect(page.getByText('too many wrong codes')).toBeVisible();
  await enterPassword(page, ben, open);
  await code(page).fill(factor.codes[0] ?? '');
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
});

test('a session that ends while a form is open is renewed with a code, and the form is sent', { tag: '@js' }, async ({
  page,
  open,
  browserErrors,
}) => {
  test.slow();
  browserErrors.allow(failedResponse(422));
  await signIn(page, gina);
  const keys = new URL(page.url()).pathname;
  const factor = await turnOn(page, open);
  await open(`${keys}/new`);
  await fillKey(page, unique('Kept'));
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const renewal = page.getByRole('dialog', { name: 'Your session has ended' });
  await expect(renewal).toBeVisible();
  await expectAccessible(page, DIALOG);
  await renewal.getByRole('textbox', { name: 'Email' }).fill(gina.email);
  await renewal.getByLabel('Password', { exact: true }).fill(gina.password);
  await renewal.getByRole('button', { name: 'Sign in', exact: true }).click();
  const field = renewal.getByRole('textbox', { name: 'Verification code' });
  await expect(field).toBeVisible();
  await expectAccessible(page, DIALOG);
  await field.fill('000000');
  await renewal.getByRole('button', { name: 'Verify' }).click();
  await expect(field).toHaveAccessibleDescription(/isn't right/);
  await field.fill(await factor.next());
  await renewal.getByRole('button', { name: 'Verify' }).click();
  const { id } = await readCredentials(page);
  expect(id).toMatch(KEY_ID);
});

test('an owner and the command line reset a lost second factor', async ({
  page,
  open,
  browser,
  server,
  browserErrors,
  javaScriptEnabled,
}) => {
  browserErrors.allow(failedResponse(404));
  await signIn(page, cleo);
  await turnOn(page, open);
  const owner = await newContext(browser, server.url, javaScriptEnabled ?? true);
  await signIn(owner.page, people.owner);
  await owner.page.getByRole('link', { name: 'Members' }).click();
  await owner.page.getByRole('link', { name: `Reset two-factor authentication of ${cleo.email}` }).click();
  const dialog = owner.page.getByRole('alertdialog');
  await dialog.getByRole('button', { name: 'Reset two-factor authentication' }).click();
  await expect(dialog).toBeHidden();
  await owner.context.close();
  await page.goto(PAGE);
  await expect(page).toHaveURL(/\/sign-in\?/);

  await signIn(page, cleo);
  await turnOn(page, open);
  expect(await server.command('user', 'reset-factors', '--email', cleo.email)).toContain('has no second factor now');
  await page.goto(PAGE);
  await expect(page).toHaveURL(/\/sign-in\?/);
  await signIn(page, cleo);
});

test('an owner requires it, and members see until when', async ({ page, open, browser, server, database, javaScriptEnabled }) => {
  await signIn(page, strict);
  await page.getByRole('link', { name: 'Members' }).click();
  await page.getByRole('link', { name: 'Change who needs it' }).click();
  await page.getByLabel('Who needs it').selectOption('everybody');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('definition').filter({ hasText: 'Everyone' })).toBeVisible();
  const member = await newContext(browser, server.url, javaScriptEnabled ?? true);
  await signIn(member.page, late);
  await expect(member.page.getByText('requires two-factor authentication. Set it up by')).toBeVisible();
  await expectAccessible(member.page);
  if (database === 'postgres') {
    // Eight days later.
    await server.query(
      "UPDATE account SET editors_need_factor_since = editors_need_factor_since - 691200000 WHERE name = 'Initech'",
    );
    await server.query('UPDATE membership SET created_at = created_at - 691200000');
    await member.page.goto('/');
    await expect(member.page).toHaveURL(PAGE);
    await expect(member.page.getByText('Set it up to continue.')).toBeVisible();
    await expectAccessible(member.page, undefined, { database: 'postgres' });
  }
  await member.context.close();
  await open(PAGE);
});

test('the form for an authenticator app, the recovery codes and the question for a code are accessible', async ({ page, open }) => {
  test.slow();
  await signIn(page, dora);
  await open(PAGE);
  const secret = await start(page);
  await expectAccessible(page);
  await page.getByRole('textbox', { name: '6-digit code' }).fill(codeAt(secret));
  await page.getByRole('button', { name: 'Turn on two-factor authentication' }).click();
  await expect(page.getByRole('list', { name: 'Recovery codes' })).toBeVisible();
  await expectAccessible(page);
  // Passkeys are not offered here.
  for (const path of [PAGE, `${PAGE}/add`]) {
    await open(path);
    await expectAccessible(page);
  }
  await enterPassword(page, dora, open);
  await expectAccessible(page);
});
