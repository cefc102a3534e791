// The conditions of a profile: what they say, and whether they hold.
import { isJsonObject, type Document, type JsonValue } from '@confledger/document';
import { isTimeZone, localTime, WEEK_DAYS, type LocalTime } from './zoned-time.js';

export interface Conditions {
  readonly environment: string | null;
  /** Name of a flag that must be enabled. */
  readonly flag: string | null;
  /** Minutes of the day: from inclusive, to exclusive, over midnight where to is the lower; null: all day. */
  readonly time: { readonly from: number; readonly to: number } | null;
  /** Days of the week on which the time begins, 0 is Monday; null: all. */
  readonly weekdays: readonly number[] | null;
  /** IANA name; null where there is neither time nor weekday. */
  readonly zone: string | null;
  readonly load: LoadLimits | null;
}

/** Percent; null: does not count. */
export interface LoadLimits {
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
}

/** What conditions are held against. */
export interface Moment {
  readonly environment: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Whether the load is at or above the limits; on a node that does not look at it, never. */
  readonly isLoaded: (limits: LoadLimits) => boolean;
}

const MEMBERS = new Set(['environment', 'flag', 'from', 'to', 'weekdays', 'zone', 'load']);
const DAY_MINUTES = 24 * 60;

/** Reads conditions, or says what is wrong with them, as the end of a sentence. An empty object is never true, as none is. */
export function conditionsOf(value: JsonValue): Conditions | null | string {
  if (!isJsonObject(value)) return 'is no object';
  const { environment = null, flag = null, from, to, weekdays, zone = null, load } = value;
  const unknown = Object.keys(value).find((name) => !MEMBERS.has(name));
  if (unknown !== undefined) return `has a member that is no condition; there are ${[...MEMBERS].join(', ')}`;
  if (Object.keys(value).length === 0) return null;
  if (!isTextOrNull(environment) || !isTextOrNull(flag)) return 'has an environment or a flag that is no text';
  if (!isTextOrNull(zone)) return 'has a zone that is no text';
  const time = timeOf(from, to);
  if (typeof time === 'string') return time;
  const days = weekdays === undefined ? null : daysOf(weekdays);
  if (typeof days === 'string') return days;
  if ((time !== null || days !== null) && zone === null) return 'has a time or weekdays and no zone, such as Europe/Zurich or UTC';
  if (zone !== null && !isTimeZone(zone)) return 'names a zone that is not known; use an IANA name, such as Europe/Zurich or UTC';
  const limits = load === undefined ? null : loadOf(load);
  if (typeof limits === 'string') return limits;
  return { environment, flag, time, weekdays: days, zone, load: limits };
}

/** Whether all conditions hold. Flags are those of the document before any profile is laid over it. */
export function conditionsHold(conditions: Conditions | null, document: Document, moment: Moment): boolean {
  if (conditions === null || !mayHold(conditions, document, moment.environment)) return false;
  const { zone, load } = conditions;
  if (zone !== null && !isWithin(conditions, localTime(zone, moment.nowMs))) return false;
  return load === null || moment.isLoaded(load);
}

/** Whether what does not depend on time and load holds. */
export function mayHold({ environment, flag }: Conditions, document: Document, here: string): boolean {
  return (environment === null || environment === here) && (flag === null || document.valueAt(['flags', flag, 'enabled']) === true);
}

/** The weekday is that of the start: at 03:00 on Saturday a Friday's night is still on. */
export function isWithin({ time, weekdays }: Pick<Conditions, 'time' | 'weekdays'>, { day, minute }: LocalTime): boolean {
  const isDay = (of: number): boolean => weekdays === null || weekdays.includes((of + WEEK_DAYS) % WEEK_DAYS);
  if (time === null) return isDay(day);
  const { from, to } = time;
  if (from < to) return isDay(day) && minute >= from && minute < to;
  return minute >= from ? isDay(day) : minute < to && isDay(day - 1);
}

const isTextOrNull = (value: JsonValue | null): value is string | null => value === null || typeof value === 'string';

function timeOf(from: JsonValue | undefined, to: JsonValue | undefined): Conditions['time'] | string {
  if (from === undefined && to === undefined) return null;
  const [start, end] = [minuteOf(from), minuteOf(to)];
  if (start === null || end === null) return 'needs from and to, each as HH:MM';
  return start === end ? 'has the same from and to; a whole day needs neither' : { from: start, to: end };
}

function minuteOf(value: JsonValue | undefined): number | null {
  const [, hours, minutes] = (typeof value === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(value) : null) ?? [];
  return hours === undefined || minutes === undefined ? null : (Number(hours) * 60 + Number(minutes)) % DAY_MINUTES;
}

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

function daysOf(value: JsonValue): readonly number[] | string {
  const days = Array.isArray(value) ? value.map((day) => (typeof day === 'string' ? DAYS.indexOf(day) : -1)) : [];
  return days.length === 0 || days.includes(-1) ? `needs as weekdays a list of ${DAYS.join(', ')}` : days;
}

function loadOf(value: JsonValue): LoadLimits | string {
  if (!isJsonObject(value)) return 'has a load that is no object';
  const { cpuPercent = null, memoryPercent = null } = value;
  if (!isPercentOrNull(cpuPercent) || !isPercentOrNull(memoryPercent)) return 'has a load that is no percentage from 1 to 100';
  return { cpuPercent, memoryPercent };
}

const isPercentOrNull = (value: JsonValue | null): value is number | null =>
  value === null || (typeof value === 'number' && value >= 1 && value <= 100);
