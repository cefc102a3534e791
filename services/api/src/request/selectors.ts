// Which state of a ledger a request asks for: a version by number, word or tag, and an instant.
import type { Clock, ReadSelector } from '@confledger/application';
import type { VersionName } from '@confledger/domain';
import { RequestRefused } from '../errors/request-refused.js';

/** How far in the future an instant may lie: clocks differ a little. */
export const AT_FUTURE_MS_MAX = 10_000;

const NUMBER = /^(?:0|[1-9]\d*)$/;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** A version as it is written in a URL. Everything that is not a number is a word or a tag. */
export function parseVersion(text: string, parameter: string): VersionName {
  if (text === '') {
    throw RequestRefused.of('QUERY_PARAMETER_INVALID', {
      path: parameter,
      rule: 'version-name',
      message: `${parameter} is empty`,
      remedy: 'Name latest, active, previous, a number or a tag.',
    });
  }
  if (!NUMBER.test(text)) return text;
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw RequestRefused.of('VERSION_UNKNOWN', {
    path: parameter,
    rule: 'version-exists',
    message: `There is no version of ${text.length} digits`,
  });
}

/** What a reading asks for, from its query. */
export function readSelector(
  query: {
    readonly version?: string | undefined;
    readonly at?: string | undefined;
    readonly consistency?: 'linearizable' | 'local' | undefined;
  },
  clock: Clock,
): ReadSelector {
  return {
    ...(query.version === undefined ? {} : { version: parseVersion(query.version, 'version') }),
    ...(query.at === undefined ? {} : { at: parsePastInstant(query.at, 'at', clock) }),
    ...(query.consistency === undefined ? {} : { consistency: query.consistency }),
  };
}

/** An instant that has come, as UTC with milliseconds. */
export function parsePastInstant(text: string, parameter: string, clock: Clock): string {
  const instant = parseInstant(text, parameter);
  if (Date.parse(instant) <= clock.now() + AT_FUTURE_MS_MAX) return instant;
  throw RequestRefused.of('AT_IN_FUTURE', { path: parameter, rule: 'instant-past', message: `${parameter} lies in the future` });
}

/** An instant with offset, as UTC with milliseconds (finer digits are cut). */
export function parseInstant(text: string, parameter: string): string {
  const parts = INSTANT.exec(text);
  if (parts === null) throw malformed(text, parameter);
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset] = parts;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const asUtc = new Date(local);
  // A day such as February 30 rolls over instead of failing: what comes back must be what went in.
  if (Number.isNaN(asUtc.getTime()) || asUtc.toISOString() !== local) throw malformed(text, parameter);
  if (parts[4] === undefined) throw withoutTime(parameter);
  if (offset === undefined) {
    throw RequestRefused.of('AT_WITHOUT_OFFSET', {
      path: parameter,
      rule: 'instant-offset',
      message: `${parameter} has no offset`,
    });
  }
  const minutes = offsetMinutes(offset);
  if (minutes === null) throw malformed(text, parameter);
  return new Date(asUtc.getTime() - minutes * 60_000).toISOString();
}

function offsetMinutes(offset: string): number | null {
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', '') || '0');
  if (hours > 14 || minutes > 59) return null;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function withoutTime(parameter: string): Error {
  const remedy = 'Write the time and an offset too: 2026-07-31T00:00:00Z.';
  return RequestRefused.of('AT_MALFORMED', {
    path: parameter,
    rule: 'instant-time',
    message: `${parameter} is a date without a time`,
    remedy,
  });
}

function malformed(text: string, parameter: string): Error {
  const spaced = /^\S+ \d{2}:?\d{2}$/.test(text) ? ' (a plus sign in a URL is written %2B)' : '';
  const message = `${parameter} is not an instant of ISO 8601${spaced}`;
  return RequestRefused.of('AT_MALFORMED', {
    path: parameter,
    rule: 'instant',
    message,
    remedy: 'Write 2026-07-31T14:05:00Z or 2026-07-31T16:05:00%2B02:00.',
  });
}
