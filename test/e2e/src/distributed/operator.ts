// A client that sends exactly the commands that a test gives it, and notes what it was told, for the checker. Used beside the mixed load or instead of it.
import { randomUUID } from 'node:crypto';
import type { ApiCaller } from '../api-caller.js';
import type { Acknowledged } from '../mixed-load.js';

export class Operator {
  readonly acknowledged: Acknowledged[] = [];
  /** As a client of the mixed load has it; here what is refused is thrown. */
  readonly strange: string[] = [];
  readonly #target: () => ApiCaller;

  /** `target` is asked at each command. */
  constructor(target: () => ApiCaller) {
    this.#target = target;
  }

  /** Answers the version that the command made or named. Rejects when it is not accepted. */
  async command(method: string, service: string, place: string, body: unknown): Promise<number> {
    const commandId = randomUUID();
    const answer = await this.#target().call(method, `/configurations/${service}${place}`, body, { 'idempotency-key': commandId });
    if (answer.status >= 300) throw new Error(`${method} ${service}${place}: ${answer.status} ${answer.body.code ?? ''}`);
    // A batch says under `commit` what other writes say under `data`.
    const told = ('commit' in answer.body ? answer.body.commit : answer.body.data) as Omit<Acknowledged, 'ledger' | 'commandId'> & { readonly version: number };
    const { changed, version, digest } = told;
    this.acknowledged.push({ ledger: `production.${service}`, commandId, changed, version, digest });
    return version;
  }
}
