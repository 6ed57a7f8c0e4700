import type { Locator, Page } from '@playwright/test';
import {
  type ApplicationPaths,
  SECRET,
  confirmStored,
  countKeys,
  expect,
  failedResponse,
  fillKey,
  openRestrictions,
  people,
  readCredentials,
  test,
  unique,
  waitUntilAnswered,
} from '../fixtures.ts';

interface Case {
  title: string;
  spoil: (dialog: Locator) => Promise<void>;
  field: (dialog: Locator) => Locator;
  says: RegExp;
}

const textbox = (name: string) => (dialog: Locator) => dialog.getByRole('textbox', { name, exact: true });
const named = (name: string) => (dialog: Locator) => textbox('Name')(dialog).fill(name);
const addresses = (text: string) => (dialog: Locator) => textbox('Allowed IP addresses')(dialog).fill(text);
const lastDay = (day: string) => async (dialog: Locator) => {
  await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('custom');
  await dialog.getByLabel('Expires on').fill(day);
};

const cases: Case[] = [
  { title: 'an empty name', spoil: named(''), field: textbox('Name'), says: /Enter a name/ },
  { title: 'a name of spaces', spoil: named('   '), field: textbox('Name'), says: /Enter a name/ },
  {
    title: 'a name of 10,000 characters',
    spoil: named('n'.repeat(10_000)),
    field: textbox('Name'),
    says: /can have up to 64 characters/,
  },
  {
    title: 'a name with a bidirectional control character',
    spoil: named('Safe \u202Eyek'),
    field: textbox('Name'),
    says: /invisible character/,
  },
  {
    title: 'a description that is too long',
    spoil: (dialog) => textbox('Description')(dialog).fill('d'.repeat(501)),
    field: textbox('Description'),
    says: /can have up to 500 characters/,
  },
  {
    title: 'no scope',
    spoil: (dialog) => dialog.getByRole('checkbox', { name: 'invoice:read', exact: true }).uncheck(),
    field: (dialog) => dialog.getByRole('group', { name: 'Scopes', exact: true }),
    says: /at least one scope/,
  },
  {
    title: 'an invalid IP address',
    spoil: addresses('10.0.0.0/8\n300.1.1.1'),
    field: textbox('Allowed IP addresses'),
    says: /300\.1\.1\.1.* isn't an IP address or CIDR range/,
  },
  {
    title: '101 addresses',
    spoil: addresses(Array.from({ length: 101 }, (_, n) => `10.0.${n}.1`).join('\n')),
    field: textbox('Allowed IP addresses'),
    says: /Enter up to 100 IP addresses/,
  },
  {
    title: 'a day in the past',
    spoil: lastDay('2020-01-01'),
    field: (dialog) => dialog.getByLabel('Expires on'),
    says: /has passed/,
  },
  {
    title: 'a day that is too far in the future',
    spoil: lastDay('2199-01-01'),
    field: (dialog) => dialog.getByLabel('Expires on'),
    says: /within the next 10 years/,
  },
];

/** Returns the values of all visible fields. */
const typed = (page: Page) =>
  page.getByRole('dialog').evaluate((dialog) =>
    [...dialog.querySelectorAll<HTMLInputElement>('input, select, textarea')]
      .filter(({ type }) => type !== 'hidden' && type !== 'search')
      .map(({ id, name, type, value, checked }) => [id || name, ['checkbox', 'radio'].includes(type) ? [value, checked] : value]),
  );

async function fillAllFields(page: Page): Promise<Locator> {
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await fillKey(page, unique('Nearly'), ['invoice:read', 'wallet:read']);
  await textbox('Description')(dialog).fill('First line\nsecond line');
  await dialog.getByRole('radio', { name: 'Live' }).check();
  await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('30');
  await openRestrictions(page);
  await textbox('Allowed IP addresses')(dialog).fill('10.0.0.0/8\n2001:db8::1');
  return dialog;
}

for (const { title, spoil, field, says } of cases) {
  test(`${title} is reported beside its field, and the form keeps its values`, async ({ page, open, signInAs, browserErrors }) => {
    browserErrors.allow(failedResponse(422));
    const paths: ApplicationPaths = await signInAs(people.owner);
    const before = await countKeys(page, paths);
    await open(`${paths.keys}/new`);
    const dialog = await fillAllFields(page);
    if (title === 'no scope') {
      await dialog.getByRole('checkbox', { name: 'wallet:read', exact: true }).uncheck();
    }
    await spoil(dialog);
    const kept = await typed(page);
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    // The browser may have said so before the server has answered.
    await waitUntilAnswered(page);

    await expect(field(dialog)).toHaveAccessibleDescription(says);
    if (title !== 'no scope') {
      await expect(field(dialog)).toHaveAttribute('aria-invalid', 'true');
    }
    await expect(dialog.getByRole('alert').filter({ hasText: says })).toBeVisible();
    expect(await typed(page)).toEqual(kept);
    expect(await countKeys(page, paths)).toBe(before);
  });
}

test('a form is accepted after two invalid attempts', async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(people.owner);
  const before = await countKeys(page, paths);
  await open(`${paths.keys}/new`);
  const dialog = await fillAllFields(page);
  const send = page.getByRole('button', { name: 'Generate API Key' });
  await textbox('Name')(dialog).fill('');
  await send.click();
  await expect(dialog.getByRole('alert').filter({ hasText: 'Enter a name' })).toBeVisible();
  await expect(textbox('Name')(dialog)).toHaveAccessibleDescription(/Enter a name/);
  await waitUntilAnswered(page);
  await textbox('Name')(dialog).fill(unique('At last'));
  await addresses('nowhere')(dialog);
  await send.click();
  await expect(textbox('Allowed IP addresses')(dialog)).toHaveAccessibleDescription(/“nowhere” isn't an IP address/);
  await expect(textbox('Name')(dialog)).not.toHaveAttribute('aria-invalid');
  await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await waitUntilAnswered(page);
  await addresses('10.0.0.0/8')(dialog);
  await send.click();
  const { secret } = await readCredentials(page);
  expect(secret).toMatch(SECRET);
  expect(await countKeys(page, paths)).toBe(before + 1);
  await confirmStored(page);
});

test('a key that never expires shows a warning', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('never');
  await expect(dialog.getByText(/until someone revokes it/)).toBeVisible();
});

test('the summary of errors receives the focus and links to the field', { tag: '@js' }, async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const summary = page.getByRole('alert').filter({ hasText: 'There is a problem' });
  await expect(summary).toBeFocused();
  await summary.getByRole('link', { name: /Enter a name/ }).click();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
});

test('a form that cannot be sent says so, and keeps what was typed', { tag: '@js' }, async ({ page, open, browserErrors }) => {
  browserErrors.allow(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  await open('/sign-in');
  await page.getByRole('textbox', { name: 'Email' }).fill('visitor@acme.example');
  await page.route('**/api/sign_in', (route) => route.abort());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText("Latchkey didn't respond.").first()).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Email' })).toHaveValue('visitor@acme.example');
});
