// nginx in front of several nodes, with the file from the documentation.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].find((path) => existsSync(path));

/** Whether nginx is installed. */
export const hasProxy = NGINX !== undefined;

/** Starts nginx at a port. Requests go to the nodes in turn. */
export async function startProxy(port: number, nodes: string[]): Promise<{ stop: () => Promise<void> }> {
  if (NGINX === undefined) {
    throw new Error('nginx is not installed');
  }
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-nginx-'));
  const documented = resolve(import.meta.dirname, '../docs/proxies/nginx-nodes.conf');
  let server = (await readFile(documented, 'utf8')).replace('127.0.0.1:8000', `127.0.0.1:${port}`);
  nodes.forEach((node, n) => {
    server = server.replace(`127.0.0.1:${3000 + n}`, new URL(node).host);
  });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`);
  const config = `daemon off; pid ${folder}/pid; error_log ${folder}/log;${process.getuid?.() === 0 ? ' user root;' : ''}
events {}
http { access_log off; ${temporary.join(' ')}
${server}
}`;
  await writeFile(join(folder, 'nginx.conf'), config);
  const child = spawn(NGINX, ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((done) => child.once('close', done));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + 10_000;
  while (!(await fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok, () => false))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error('nginx does not respond');
    }
  }
  return { stop };
}
