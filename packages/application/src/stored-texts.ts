// What stored events say in their texts, looked at without a decoder: of any kind, and of releases that are not known.
import { parseJsonText } from '@confledger/document';
import type { StoredEvent } from './ports/event-store.js';

/** The JSON object that a text is; null for any other. */
export function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = parseJsonText(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** The event's hash, as the envelope of every release says it; null where it says none. */
export function hashOf(stored: StoredEvent): string | null {
  return textInMetadata(stored, 'hash');
}

/** The hash of the event before, as the envelope of every release says it; null where it says none. */
export function previousHashOf(stored: StoredEvent): string | null {
  return textInMetadata(stored, 'previousHash');
}

function textInMetadata({ metadata }: StoredEvent, name: string): string | null {
  const envelope = objectIn(metadata);
  const value = envelope !== null && Object.hasOwn(envelope, name) ? envelope[name] : null;
  return typeof value === 'string' ? value : null;
}
