// A mail server for tests, which accepts every mail.
import { type Socket, createServer } from 'node:net';

export interface Mail {
  to: string;
  subject: string;
  /** The decoded body. */
  body: string;
}

export interface MailServer {
  /** The value of LATCHKEY_SMTP_URL. */
  url: string;
  /** Waits for the next mail to an address, and returns it once. */
  next(to: string): Promise<Mail>;
  stop(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const received: Mail[] = [];
  let arrived = () => {};
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    converse(socket, (mail) => {
      received.push(mail);
      arrived();
    });
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('there is no free port');
  }
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    next: async (to) => {
      for (;;) {
        const index = received.findIndex((mail) => mail.to === to);
        if (index >= 0) {
          return received.splice(index, 1)[0]!;
        }
        await new Promise<void>((done) => (arrived = done));
      }
    },
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((done) => server.close(done));
    },
  };
}

function converse(socket: Socket, accept: (mail: Mail) => void): void {
  let buffer = '';
  let to = '';
  let message: string | undefined;
  const say = (line: string) => socket.write(`${line}\r\n`);
  say('220 tests');
  socket.setEncoding('utf8').on('data', (piece: string) => {
    buffer += piece;
    for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
      const line = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      if (message !== undefined) {
        if (line === '.') {
          accept(parse(to, message));
          message = undefined;
          say('250 queued');
        } else {
          message += `${line.replace(/^\./, '')}\n`;
        }
      } else if (line.startsWith('RCPT TO:')) {
        to = /<(.*)>/.exec(line)?.[1] ?? '';
        say('250 ok');
      } else if (line === 'DATA') {
        message = '';
        say('354 go on');
      } else if (line === 'QUIT') {
        say('221 bye');
        socket.end();
      } else {
        say('250 ok');
      }
    }
  });
}

function parse(to: string, message: string): Mail {
  const [head = '', ...rest] = message.split('\n\n');
  const body = rest.join('\n\n');
  const encoded = /^Content-Transfer-Encoding: quoted-printable$/m.test(head);
  return {
    to,
    subject: /^Subject: (.*)$/m.exec(head)?.[1] ?? '',
    body: encoded ? decodeURIComponent(body.replaceAll('=\n', '').replaceAll('%', '=25').replace(/=([0-9A-F]{2})/g, '%$1')) : body,
  };
}

/** Returns the path of the link in a mail that leads to a page: `invite` or `reset`. */
export function linkIn(mail: Mail, page: string, url: string): string {
  const link = mail.body.split('\n').find((line) => line.startsWith(`${url}/${page}/`));
  if (!link) {
    throw new Error(`no link in ${mail.body}`);
  }
  return new URL(link).pathname;
}
