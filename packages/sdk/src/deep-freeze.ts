// Makes what a schema gave out immutable. JSON from the document is frozen by the document itself.

/** Freezes plain objects and arrays all the way down; instances of classes (dates, decimals) keep their own ways. Handles cycles. */
export function deepFreeze<T>(value: T): T {
  freezeInto(value, new Set());
  return value;
}

function freezeInto(value: unknown, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value) || !isPlain(value)) return;
  seen.add(value);
  Object.freeze(value);
  for (const member of Object.values(value)) freezeInto(member, seen);
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
