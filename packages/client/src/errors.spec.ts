// The errors of a call as a union: what each holds, and that TypeScript tells them apart by their code.
import { ERROR_CODES, isErrorCode, type ErrorCode, type ProblemDetail } from '@confledger/contracts/http';
import { expect, expectTypeOf, test } from 'vitest';
import { ApiError, createClient, isCallError, type CallError } from './index.js';

const refusing = (code: string, details: object[] = []) =>
  createClient({
    url: 'http://api.example',
    attemptsMax: 1,
    fetch: () =>
      Promise.resolve(Response.json({ success: false, error: 'no', code, details, requestId: '7', timestamp: '' }, { status: 409 })),
  });

async function errorOf(call: Promise<unknown>): Promise<CallError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!isCallError(error)) throw new Error('it is no error of a call');
  return error;
}

test('a switch over the code tells the errors apart, and misses none', async () => {
  const say = (error: CallError): string => {
    switch (error.code) {
      case 'IF_MATCH_FAILED':
        expectTypeOf(error).toEqualTypeOf<ApiError>();
        expectTypeOf(error.code).toEqualTypeOf<'IF_MATCH_FAILED'>();
        return `changed (${error.requestId})`;
      case 'NO_ANSWER':
        return error.why;
      case 'FOREIGN_ANSWER':
        return error.excerpt;
      case 'ANSWER_TOO_LARGE':
        return 'large';
      default:
        expectTypeOf(error).toEqualTypeOf<ApiError>();
        expectTypeOf(error.code).toEqualTypeOf<Exclude<ErrorCode, 'IF_MATCH_FAILED'> | 'UNKNOWN'>();
        return error.code;
    }
  };
  expect(say(await errorOf(refusing('IF_MATCH_FAILED').status()))).toBe('changed (7)');
  expect(say(await errorOf(refusing('TAG_EXISTS').status()))).toBe('TAG_EXISTS');
  expect(say(await errorOf(refusing('FROZEN').status()))).toBe('UNKNOWN');
});

test('every error has code, details, remedy, request id, outcome, attempts and key', () => {
  expectTypeOf<CallError['details']>().toEqualTypeOf<readonly ProblemDetail[]>();
  expectTypeOf<CallError['remedy']>().toEqualTypeOf<string>();
  expectTypeOf<CallError['requestId']>().toEqualTypeOf<string | null>();
  expectTypeOf<CallError['outcome']>().toEqualTypeOf<'nothing-changed' | 'unknown'>();
  expectTypeOf<CallError['attempts']>().toEqualTypeOf<number>();
  expectTypeOf<CallError['idempotencyKey']>().toEqualTypeOf<string | null>();
});

test.each(ERROR_CODES)('%s is an error of its code, with a remedy', async (code) => {
  const error = await errorOf(refusing(code).status());
  expect(error).toBeInstanceOf(ApiError);
  expect([error.code, error.remedy.length > 0]).toEqual([code, true]);
});

test('the remedy of the first problem goes before that of the catalogue', async () => {
  const details = [{ path: 'a', rule: 'x', message: 'no', remedy: 'do this' }];
  expect((await errorOf(refusing('TAG_EXISTS', details).status())).remedy).toBe('do this');
});

test('no code of the catalogue is one of the client', () => {
  for (const code of ['UNKNOWN', 'NO_ANSWER', 'FOREIGN_ANSWER', 'ANSWER_TOO_LARGE']) expect(isErrorCode(code)).toBe(false);
});
