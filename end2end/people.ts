// The people in these tests.
import type { Person } from './server.ts';

const acme = { account: 'Acme Inc.', application: 'Web shop' };

export const people = {
  owner: { ...acme, email: 'olivia@acme.example', role: 'owner', password: 'maple kettle orbit twelve' },
  developer: { ...acme, email: 'dev@acme.example', role: 'developer', password: 'granite lantern seven fox' },
  viewer: { ...acme, email: 'vera@acme.example', role: 'viewer', password: 'paper harbour quiet moss' },
  otherOwner: {
    account: 'Globex',
    application: 'Billing',
    email: 'sam@globex.example',
    role: 'owner',
    password: 'copper window distant rain',
  },
  support: {
    account: 'Latchkey',
    application: 'none',
    email: 'help@latchkey.example',
    role: 'support',
    password: 'silver bridge cloudy nine',
  },
} as const satisfies Record<string, Person>;
