// A real OpenID Connect provider (oidc-provider) with a plain sign-in page.
import { generateKeyPairSync } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import Provider, { type Context } from 'oidc-provider';
import type { Forgery } from './forgeries.ts';
import { freePort } from './server.ts';

export interface Account {
  email: string;
  name: string;
  groups: string[];
}

export interface IdentityProvider {
  issuer: string;
  /** The variables of a server that uses it. */
  variables: Record<string, string>;
  /** Sends a forged ID token in place of each genuine one, from now on; `undefined` for genuine ones again. */
  forge(forgery: Forgery | undefined): void;
  stop(): Promise<void>;
}

const CLIENT = { id: 'latchkey', secret: 'a secret of forty characters: & + % = / ?' };

/** A header of requests whose answer is not forged. */
const GENUINE = 'x-genuine';

const page = (action: string) => `<!doctype html>
<html lang="en"><head><title>Provider</title></head><body>
<h1>Northwind ID</h1>
<form method="post" action="${action}"><label>User <input name="user"></label> <button>Continue</button></form>
</body></html>`;

/** Starts a provider for a server at `url`. `accounts` are by the name that a person enters; the name is the subject. */
export async function startProvider(url: string, accounts: Record<string, Account>): Promise<IdentityProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${url}/sign-in/oidc/callback`],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'one' }] },
    cookies: { keys: ['for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    // As common providers do: everything is in the ID token.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: Context, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: Context, id: string) => {
      const account = accounts[id];
      return account && { accountId: id, claims: () => ({ sub: id, email_verified: true, ...account }) };
    },
    loadExistingGrant: async (context: Context) => {
      const { client, session } = context.oidc;
      const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  let forgery: Forgery | undefined;
  let earlier = '';
  /** Answers with the provider's own response, whose ID token is replaced. */
  async function answerForged(forge: Forgery, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const headers = { authorization, 'content-type': type, [GENUINE]: 'yes' };
    const genuine = await fetch(`${issuer}/token`, { method: 'POST', headers, body: await text(request) });
    const answer = (await genuine.json()) as { id_token: string };
    const token = answer.id_token;
    const forged = forge({ token, earlier, key: privateKey, clientSecret: CLIENT.secret });
    earlier = token;
    response.writeHead(genuine.status, { 'content-type': 'application/json' }).end(JSON.stringify({ ...answer, id_token: forged }));
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', issuer).pathname;
    if (path === '/token' && forgery && !request.headers[GENUINE]) {
      void answerForged(forgery, request, response);
    } else if (!path.startsWith('/interaction/')) {
      callback(request, response);
    } else if (request.method === 'POST') {
      void signIn(request).then((accountId) => provider.interactionFinished(request, response, { login: { accountId } }));
    } else {
      response.setHeader('content-type', 'text/html').end(page(path));
    }
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    issuer,
    variables: {
      LATCHKEY_OIDC_ISSUER: issuer,
      LATCHKEY_OIDC_CLIENT_ID: CLIENT.id,
      LATCHKEY_OIDC_CLIENT_SECRET: CLIENT.secret,
      LATCHKEY_OIDC_NAME: 'Northwind ID',
    },
    forge: (next) => {
      forgery = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function signIn(request: IncomingMessage): Promise<string> {
  return new URLSearchParams(await text(request)).get('user') ?? '';
}
