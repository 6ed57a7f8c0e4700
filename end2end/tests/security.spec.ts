import { expect, people, test } from '../fixtures.ts';

// These tests need no page, so they run once.
test.describe('security headers and refused requests', { tag: '@no-js' }, () => {
  const evil = 'https://evil.example';
  for (const [title, headers] of [
    ['from another site', { origin: evil, 'sec-fetch-site': 'cross-site' }],
    ['from a sibling site', { origin: evil, 'sec-fetch-site': 'same-site' }],
    ['with a foreign origin alone', { origin: evil }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['without any origin', {}],
  ] as const) {
    test(`a form ${title} is refused`, async ({ signInAs, context, server }) => {
      const { app } = await signInAs(people.owner);
      for (const [endpoint, form] of [
        ['sign_in', { email: people.owner.email, password: people.owner.password }],
        ['sign_out', {}],
        ['create_key', { app: app.replace('/apps/', ''), name: 'x', 'scopes[]': 'invoice:read', expiration: '90', once: crypto.randomUUID() }],
      ] as const) {
        const answer = await context.request.post(`/api/${endpoint}`, {
          form,
          headers: { ...headers, accept: 'text/html' },
          maxRedirects: 0,
        });
        expect(answer.status(), endpoint).toBe(403);
        expect(answer.headers()['set-cookie'], endpoint).toBeUndefined();
      }
      // The session is still valid.
      const home = await context.request.get(`${server.url}/`);
      expect(home.url()).toMatch(/\/settings\/api-keys$/);
    });
  }

  test('a page allows only its own scripts, by a nonce that is never reused', async ({ request }) => {
    const nonces = new Set<string>();
    for (let n = 0; n < 3; n += 1) {
      const answer = await request.get('/sign-in');
      const policy = answer.headers()['content-security-policy'] ?? '';
      for (const part of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "object-src 'none'"]) {
        expect(policy).toContain(part);
      }
      expect(policy).not.toContain('unsafe-inline');
      expect(policy).not.toContain("'unsafe-eval'");
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
      expect(nonce.length).toBeGreaterThanOrEqual(20);
      nonces.add(nonce);
      const inline = [...(await answer.text()).matchAll(/<script\b([^>]*)>/g)].map(([, attributes]) => attributes);
      expect(inline.length).toBeGreaterThan(0);
      for (const attributes of inline) {
        expect(attributes).toContain(`nonce="${nonce}"`);
      }
    }
    expect(nonces.size).toBe(3);
  });

  test('every page has security headers', async ({ request, context, signInAs }) => {
    const { keys } = await signInAs(people.owner);
    for (const path of ['/sign-in', '/nowhere', keys]) {
      const headers = (await context.request.get(path)).headers();
      expect(headers, path).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['permissions-policy'], path).toContain('camera=()');
      expect(headers['x-request-id'], path).toBeTruthy();
      expect(headers['strict-transport-security'], `${path} is plain http`).toBeUndefined();
    }
    expect((await context.request.get(keys)).headers()['cache-control']).toContain('no-store');
    expect((await request.get('/pkg/latchkey.css')).headers()['x-content-type-options']).toBe('nosniff');
  });

  test('a response of the gate sets no cookie and must not be stored', async ({ request }) => {
    const answer = await request.get('/v1/whoami');
    expect(answer.status()).toBe(401);
    expect(answer.headers()['set-cookie']).toBeUndefined();
    expect(answer.headers()['cache-control']).toContain('no-store');
    expect(answer.headers()['content-type']).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'missing_credentials', status: 401, statusCode: 401 });
  });

  test('a secret in a URL is refused without being checked', async ({ request }) => {
    const answer = await request.get('/v1/whoami?x-client-secret=asl_abc');
    expect(answer.status()).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'credentials_in_query' });
  });

  test('a form that is too large is refused', async ({ request, server }) => {
    const answer = await request.post('/api/sign_in', {
      form: { email: 'a'.repeat(70_000), password: 'x' },
      headers: { origin: server.url },
    });
    expect(answer.status()).toBe(413);
  });
});
