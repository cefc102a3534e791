// The header `X-Confledger-Sdk` of a node's reports: which SDK it runs, and which forms of activation statements that SDK verifies.

export const SDK_HEADER = 'x-confledger-sdk';

/** Characters of the header at most. A longer one counts as unreadable. */
export const SDK_HEADER_CHARACTERS_MAX = 256;

/** Forms of activation statements that this release verifies. */
const STATEMENTS_VERIFIED = '1,2';

const VERSION = /^[A-Za-z0-9.+-]{1,64}$/;
const PARAMETER = /^([a-z]+)=([\x21-\x3a\x3c-\x7e]+)$/;
const STATEMENTS = /^[1-9]\d{0,2}(?:,[1-9]\d{0,2})*$/;

/** What an SDK says of itself. */
export interface SdkAbilities {
  readonly version: string;
  /** Forms of activation statements that it verifies. */
  readonly statements: readonly number[];
}

/** The header's value for an SDK of this release. */
export function sdkHeader(version: string): string {
  return `${version}; statements=${STATEMENTS_VERIFIED}`;
}

/** Reads `<version>; statements=1,2` and passes over parameters that it does not know. Null for anything else. */
export function readSdkHeader(text: string): SdkAbilities | null {
  if (text.length > SDK_HEADER_CHARACTERS_MAX) return null;
  const [version = '', ...parameters] = text.split(';').map((part) => part.trim());
  const named = parameters.map((parameter) => PARAMETER.exec(parameter));
  const statements = named.filter((parameter) => parameter?.[1] === 'statements').map((parameter) => parameter?.[2] ?? '');
  const [list = ''] = statements;
  if (!VERSION.test(version) || named.includes(null) || statements.length !== 1 || !STATEMENTS.test(list)) return null;
  return { version, statements: list.split(',').map(Number) };
}

/** Whether a node verifies this form of statement. One without a readable header verifies form 1 only. */
export function verifiesStatement(sdk: string | null, form: number): boolean {
  const abilities = sdk === null ? null : readSdkHeader(sdk);
  return abilities === null ? form === 1 : abilities.statements.includes(form);
}
