// A client that sends exactly the commands that a test gives it, and notes what it was told, for the checker. It runs beside the mixed load or instead of it.
import { randomUUID } from 'node:crypto';
import type { ApiCaller } from '../api-caller.js';
import { acknowledgement, type Acknowledged } from '../mixed-load.js';

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
    const told = acknowledgement(`production.${service}`, commandId, answer.body);
    this.acknowledged.push(told);
    if (told.version === null) throw new Error(`${method} ${service}${place}: there is no version yet`);
    return told.version;
  }
}
