// HTTP as bytes on a socket: what a well-behaved client cannot send, at a speed that no such client has.
import { connect } from 'node:net';

export const portOf = url => Number(new URL(url).port);

// Sends the parts one after the other, `gap` ms between them; { text, closed, ms }: all that came until the other side closed, or
// until it was silent for `quiet` ms.
export function wire(port, parts, { gap = 0, quiet = 700, timeout = 15000, read = true, end = false } = {}) {
  return new Promise(resolve => {
    const began = Date.now(), socket = connect(port, '127.0.0.1');
    const got = [];
    let silence, finished = false;
    const finish = closed => {
      if (finished) return;
      finished = true;
      clearTimeout(silence); clearTimeout(last);
      socket.destroy();
      resolve({ text: Buffer.concat(got).toString('latin1'), closed, ms: Date.now() - began });
    };
    const last = setTimeout(() => finish(false), timeout);
    const listen = () => { clearTimeout(silence); silence = setTimeout(() => finish(false), quiet); };
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    socket.on('end', () => finish(true));
    if (read) socket.on('data', d => { got.push(d); if (sent) listen(); });
    else socket.pause();
    let sent = false;
    socket.on('connect', async () => {
      for (const part of [].concat(parts)) {
        if (socket.destroyed) return;
        socket.write(part, 'latin1');
        if (gap) await new Promise(r => setTimeout(r, gap));
      }
      sent = true;
      if (end) socket.end();
      if (quiet !== Infinity) listen();
    });
  });
}

// The status of each answer in what came.
export const statuses = text => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(m => Number(m[1]));
