// Says in one sentence why a server did not answer with a stream. The text ends in a node's status and logs.
import type { IncomingMessage } from 'node:http';
import { parseJsonText } from '@confledger/document';

/** How much of an error answer is read. */
export const ERROR_BODY_BYTES_MAX = 16 * 1024;

/** How long an error answer is read. */
export const ERROR_BODY_MS_MAX = 1_000;

/** Reads a bounded part of the answer, for a bounded time, and names status, code and error. Never rejects. */
export async function refusalText(response: IncomingMessage): Promise<string> {
  const status = response.statusCode ?? 0;
  const said = describeBody(await readStart(response));
  if (status === 401) return `the api refused the token (401)${said}`;
  if (status === 403) return `the token may not read this feed (403)${said}`;
  if (status >= 300 && status < 400) return `the api redirects (${status}); give the address that it redirects to as \`url\``;
  if (status === 200)
    return `the api answered with ${response.headers['content-type'] ?? 'no content type'} instead of a stream; is \`url\` a ConfLedger api?`;
  return `the api answered ${status}${said}`;
}

/** Leaves the answer open: the caller ends the connection afterwards, so that its end is not taken for the reason. */
function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(late);
      resolve(Buffer.concat(chunks).toString('utf8'));
    };
    const late = setTimeout(done, ERROR_BODY_MS_MAX);
    response.on('data', (chunk: Buffer) => {
      if (bytes <= ERROR_BODY_BYTES_MAX) chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > ERROR_BODY_BYTES_MAX) done();
    });
    response.on('end', done);
    response.on('error', done);
    response.on('close', done);
  });
}

function describeBody(body: string): string {
  try {
    const json: unknown = parseJsonText(body);
    if (typeof json !== 'object' || json === null) return '';
    const { code, error } = json as { readonly code?: unknown; readonly error?: unknown };
    const parts = [code, error].filter((part) => typeof part === 'string');
    // The caller adds a sentence of its own behind it.
    return parts.length === 0 ? '' : `: ${parts.join(': ').replace(/\.$/, '')}`;
  } catch {
    return '';
  }
}
