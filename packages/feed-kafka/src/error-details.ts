// What an error of kafkajs says, wherever it was wrapped.

/** The type that the broker gave an error, such as INVALID_PRODUCER_EPOCH; null when there is none. */
export function brokerErrorType(error: unknown): string | null {
  return textOf(error, 'type');
}

/** The code that Node gave an error, such as ECONNREFUSED; null when there is none. */
export function systemErrorCode(error: unknown): string | null {
  return textOf(error, 'code');
}

/** `host:port` of the broker that it is about; null when it does not say. */
export function brokerOf(error: unknown): string | null {
  const host = textOf(error, 'host');
  return textOf(error, 'broker') ?? (host === null ? null : `${host}:${String(detailOf(error, 'port'))}`);
}

export function isNamed(error: unknown, name: string): boolean {
  return causesOf(error).some((each) => each.name === name);
}

function textOf(error: unknown, property: string): string | null {
  const detail = detailOf(error, property);
  return typeof detail === 'string' ? detail : null;
}

/** Of the first that has it, among an error and its causes. */
function detailOf(error: unknown, property: string): unknown {
  return causesOf(error)
    .map((each): unknown => Reflect.get(each, property))
    .find((detail) => detail !== undefined && detail !== null);
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let each = error; each instanceof Error; each = each.cause) causes.push(each);
  return causes;
}
