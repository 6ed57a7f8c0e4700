// ID tokens of a real provider that are wrong: signed by its key for something else, or not signed by it.
import { type KeyObject, createHmac, generateKeyPairSync, sign } from 'node:crypto';

type Claims = Record<string, unknown>;

export interface Genuine {
  token: string;
  /** The token of the sign-in before. */
  earlier: string;
  /** The provider's own key. */
  key: KeyObject;
  clientSecret: string;
}

/** Makes the token that the provider sends in place of a genuine one. */
export type Forgery = (genuine: Genuine) => string;

const encode = (value: Claims): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function read(token: string): { header: Claims; claims: Claims; signature: string } {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
  return { header: decode(header), claims: decode(claims), signature };
}

function signed(header: Claims, claims: Claims, key: KeyObject): string {
  const text = `${encode(header)}.${encode(claims)}`;
  // As JWS writes it: the two numbers, without ASN.1.
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

/** Signed by the provider with other claims. */
const withClaims =
  (change: (claims: Claims) => Claims): Forgery =>
  ({ token, key }) => {
    const { header, claims } = read(token);
    return signed(header, { ...claims, ...change(claims) }, key);
  };

/** Signed again and not changed, so what else is refused is not refused for its form. */
export const unchanged: Forgery = withClaims(() => ({}));

export const forgeries: Record<string, Forgery> = {
  'another issuer': withClaims(({ iss }) => ({ iss: `${String(iss)}/other` })),
  'another audience': withClaims(() => ({ aud: 'another client' })),
  'another nonce': withClaims(() => ({ nonce: 'of another sign-in' })),
  expired: withClaims(() => ({ exp: Math.floor(Date.now() / 1000) - 3600 })),
  'the token of an earlier sign-in': ({ earlier }) => earlier,
  'another key': ({ token }) => {
    const { header, claims } = read(token);
    return signed(header, claims, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  },
  'other claims below the signature': ({ token }) => {
    const { header, claims, signature } = read(token);
    return `${encode(header)}.${encode({ ...claims, groups: ['admins'], sub: 'owner' })}.${signature}`;
  },
  'no signature': ({ token }) => `${encode({ ...read(token).header, alg: 'none' })}.${encode(read(token).claims)}.`,
  'signed with the client secret': ({ token, clientSecret }) => {
    const { header, claims } = read(token);
    const text = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
    return `${text}.${createHmac('sha256', clientSecret).update(text).digest('base64url')}`;
  },
};
