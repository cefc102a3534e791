// The page /docs/errors: every code of the catalogue under its own anchor. Made once, at start.
import { ERROR_CATALOGUE, ERROR_CODES, type ErrorCode } from '@confledger/contracts/http';
import { STATUS_OF } from '../errors/status.js';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font: 600 1rem ui-monospace, monospace; margin: 2rem 0 0.25rem; scroll-margin-top: 1rem; }
h2 a { color: inherit; text-decoration: none; }
h2 span { font-weight: 400; opacity: 0.7; }
p { margin: 0.25rem 0; }
section:target { outline: 2px solid; outline-offset: 0.75rem; }
`;

/** The HTML of the page. */
export function errorPage(): string {
  const sections = ERROR_CODES.map(section).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>ConfLedger: errors</title>
<link rel="icon" type="image/svg+xml" href="/favicon.ico">
<style>${STYLE}</style>
</head>
<body>
<h1>Errors</h1>
<p>Every answer of a call that did not work carries one of these codes, one sentence, and in <code>details</code>
the place, the rule and the remedy. The calls are described at <a href="/docs">/docs</a>.</p>
${sections}
</body>
</html>
`;
}

function section(code: ErrorCode): string {
  const { meaning, remedy } = ERROR_CATALOGUE[code];
  return `<section id="${code}">
<h2><a href="#${code}">${code}</a> <span>HTTP ${STATUS_OF[code]}</span></h2>
<p>${escapeHtml(meaning)}</p>
<p><strong>What to do:</strong> ${escapeHtml(remedy)}</p>
</section>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
