// The time of day in a zone, as a clock on the wall there shows it. In the hour that daylight saving removes it shows none of that hour's minutes,
// and in the one that it repeats each twice.

/** What a clock in a zone shows. */
export interface LocalTime {
  /** 0 is Monday. */
  readonly day: number;
  /** Of the day. */
  readonly minute: number;
}

export const WEEK_DAYS = 7;
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** Formatters that are kept: to make one takes 50 µs and more. */
const FORMATTERS_MAX = 64;
const formatters = new Map<string, Intl.DateTimeFormat | null>();

/** Whether this runtime knows the zone. */
export const isTimeZone = (zone: string): boolean => formatterOf(zone) !== null;

/** Throws a RangeError for a zone that is not known. */
export function localTime(zone: string, nowMs: number): LocalTime {
  const formatter = formatterOf(zone);
  if (formatter === null) throw new RangeError('the zone is not known');
  const parts = new Map(formatter.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  return {
    day: DAYS.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

function formatterOf(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = newFormatter(zone);
  if (formatters.size >= FORMATTERS_MAX) formatters.clear();
  formatters.set(zone, made);
  return made;
}

function newFormatter(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  } catch {
    return null;
  }
}
