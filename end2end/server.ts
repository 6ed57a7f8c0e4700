// Starts the real server with people who can sign in, as one process or as several nodes behind nginx.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { startProxy } from './proxy.ts';

export type Database = 'sqlite' | 'postgres';

export interface Person {
  email: string;
  password: string;
  role: 'owner' | 'developer' | 'viewer' | 'support';
  account: string;
  application: string;
}

export interface Node {
  name: string;
  url: string;
  /** Sends a signal to its process. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void;
}

export interface Server {
  url: string;
  /** The processes. With several of them, `url` leads to each in turn. */
  nodes: Node[];
  /** The setup token that a server without people prints. */
  setupToken: string | undefined;
  /** What its processes have printed. */
  log(): string;
  /** The threads of its processes, one a line: name, state, time in the processor, and where in the kernel it waits. Only on Linux. */
  threads(): Promise<string>;
  /** Runs a statement in the database. Only on PostgreSQL, because the server owns the SQLite file. */
  query(sql: string): Promise<void>;
  /** Runs `latchkey` with these arguments while the server is running, and returns its standard output. */
  command(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

interface Options {
  database?: Database;
  /** The number of processes; more than one need PostgreSQL and nginx. */
  nodes?: number;
  people?: Person[];
  /** Serves the account of `latchkey demo` from a database of its own. The server prints the password of the people in it. */
  demo?: boolean;
  /** The public URL; the default is the server's address. */
  publicUrl?: string;
  /** The host name in the default public URL. */
  host?: string;
  /** The mail server; the default is none. */
  smtpUrl?: string;
  /** The port; the default is a free one. */
  port?: number;
  /** More variables. */
  variables?: Record<string, string>;
}

/** How many seconds one of several nodes answers without the database. */
export const LEASE = 5;
const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 10_000;

export async function startServer({
  database = 'sqlite',
  nodes: count = 1,
  people = [],
  demo = false,
  publicUrl,
  host = '127.0.0.1',
  smtpUrl = '',
  port: wantedPort,
  variables = {},
}: Options = {}): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-end2end-'));
  const db =
    database === 'postgres'
      ? await postgres()
      : {
          url: `sqlite://${folder}/latchkey.db`,
          query: () => Promise.reject(new Error('statements cannot be run in an SQLite database')),
          drop: async () => {},
        };
  const port = wantedPort ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    LATCHKEY_DATABASE_URL: db.url,
    LATCHKEY_PEPPER: '',
    LATCHKEY_PEPPER_FILE: join(folder, 'pepper'),
    LATCHKEY_PUBLIC_URL: publicUrl ?? `http://${host}:${port}`,
    LATCHKEY_TRUSTED_PROXIES: count > 1 ? '127.0.0.1' : '',
    LATCHKEY_SMTP_URL: smtpUrl,
    LATCHKEY_MAIL_FROM: smtpUrl && 'Latchkey <latchkey@acme.example>',
    LATCHKEY_LOG_FORMAT: 'text',
    RUST_LOG: 'warn',
    ...variables,
  };
  const cleanUp = async () => {
    await db.drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // Before the server, because the first call creates the database.
    for (const person of people) {
      await addPerson(person, folder, env);
    }
  } catch (error) {
    await cleanUp();
    throw error;
  }
  const nodes: (Node & Process)[] = [];
  let proxy: { stop: () => Promise<void> } | undefined;
  const stop = async () => {
    await proxy?.stop();
    await Promise.all(nodes.map((node) => terminate(node.child)));
    await cleanUp();
  };
  try {
    for (let n = 1; n <= count; n += 1) {
      nodes.push(count === 1 ? startNode('', port, folder, env, demo ? 'demo' : 'serve') : await startOneOfSeveral(`node-${n}`, folder, env));
    }
    await Promise.all(nodes.map((node) => waitUntilReady(node.url, node.child, node.output)));
    if (count > 1) {
      proxy = await startProxy(
        port,
        nodes.map((node) => node.url),
      );
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    nodes,
    setupToken: /enter this token:\s+(\S+)/.exec(nodes[0]?.output() ?? '')?.[1],
    log: () => nodes.map((node) => node.output()).join('\n'),
    threads: async () => (await Promise.all(nodes.map((node) => listThreads(node.child)))).join('\n\n'),
    query: db.query,
    command: (...args) => runCommand(args, folder, env),
    stop,
  };
}

interface Process {
  child: ChildProcess;
  output: () => string;
}

/** Starts a node in a folder of its own, with a copy of the pepper. */
async function startOneOfSeveral(name: string, shared: string, env: NodeJS.ProcessEnv): Promise<Node & Process> {
  const folder = join(shared, name);
  await mkdir(folder);
  const pepper = join(folder, 'pepper');
  await copyFile(join(shared, 'pepper'), pepper);
  const variables = { LATCHKEY_PEPPER_FILE: pepper, LATCHKEY_NODE_NAME: name, LATCHKEY_LEASE: `${LEASE}` };
  return startNode(name, await freePort(), folder, { ...env, ...variables });
}

function startNode(name: string, port: number, cwd: string, env: NodeJS.ProcessEnv, command = 'serve'): Node & Process {
  const listen = `127.0.0.1:${port}`;
  const child = spawn(program(), [command], { cwd, env: { ...env, LATCHKEY_LISTEN: listen }, stdio: ['ignore', 'pipe', 'pipe'] });
  return { name, url: `http://${listen}`, child, output: collectOutput(child), signal: (signal) => child.kill(signal) };
}

function program(): string {
  return process.env['LATCHKEY_BIN'] ?? resolve(import.meta.dirname, '../target/debug/latchkey');
}

async function addPerson(person: Person, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { account, application, email, role, password } = person;
  const child = spawn(
    program(),
    ['user', 'add', '--account', account, '--application', application, '--email', email, '--role', role, '--password-stdin'],
    { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const output = collectOutput(child);
  child.stdin.end(password);
  const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
  if (code !== 0) {
    throw new Error(`latchkey user add ${email} ended with ${code}: ${output()}`);
  }
}

async function runCommand(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(program(), args, { cwd, env });
  return stdout;
}

/** Collects the output of a process. */
function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  return () => text;
}

async function listThreads(child: ChildProcess): Promise<string> {
  const tasks = `/proc/${child.pid}/task`;
  const ids = await readdir(tasks).catch(() => []);
  const lines = ids.map(async (id) => {
    const read = (file: string) => readFile(join(tasks, id, file), 'utf8').catch(() => '');
    const [name, stat, where] = await Promise.all([read('comm'), read('stat'), read('wchan')]);
    // After the name, which may contain spaces: the state, and from the twelfth field on ticks in user mode and in the kernel.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${name.trim()}: ${fields[0]}, ${fields[11]} + ${fields[12]} ticks, ${where}`;
  });
  return (await Promise.all(lines)).join('\n');
}

async function waitUntilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const deadline = Date.now() + START_TIMEOUT;
  while (Date.now() < deadline) {
    if (failure || child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`latchkey serve ended: ${failure ?? output()}`);
    }
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) {
      return;
    }
    await sleep(50);
  }
  throw new Error(`latchkey serve is not ready: ${output()}`);
}

async function terminate(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise((done) => child.once('close', done));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
  await ended;
  clearTimeout(force);
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done, fail) => probe.once('error', fail).listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === 'string') {
    throw new Error('there is no free port');
  }
  return address.port;
}

/** Creates a database on the server in LATCHKEY_TEST_POSTGRES_URL. */
async function postgres(): Promise<{ url: string; query: (sql: string) => Promise<void>; drop: () => Promise<void> }> {
  const base = process.env['LATCHKEY_TEST_POSTGRES_URL'];
  if (!base) {
    throw new Error('LATCHKEY_TEST_POSTGRES_URL is not set');
  }
  const name = `end2end_${randomBytes(6).toString('hex')}`;
  const run = async (sql: string, database = base) => {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.href, query: (sql) => run(sql, url.href), drop: () => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}
