// The roles of the parts in the embedded Postgres: laid out with the tables at every start.
import { randomBytes } from 'node:crypto';
import { migrateAll, type MigrateOptions } from '@confledger/migrate';

/** Connection strings, each with the role of a part; they hold passwords. */
export interface PartUrls {
  /** For the api, and for the relay, which reads what the api keeps. */
  readonly api: string;
  readonly projector: string;
}

export interface OwnRolesOptions {
  /** Connection string of the owner of everything; holds a password. */
  readonly postgresUrl: string;
  /** The names of the roles begin with it. */
  readonly roles: string;
  readonly logger: MigrateOptions['logger'];
}

const PASSWORD_BYTES = 24;

/** Lays out tables and roles. The passwords are new at each start, and only this process has them. Rejects as `migrateAll` does. */
export async function migrateWithOwnRoles({ postgresUrl, roles, logger }: OwnRolesOptions): Promise<PartUrls> {
  const password = (): string => randomBytes(PASSWORD_BYTES).toString('hex');
  const passwords = { api: password(), projector: password() };
  const database = { variable: 'The database', url: postgresUrl };
  const names = await migrateAll({ events: database, readModel: database, namespace: roles, passwords, logger });
  const urlOf = (part: keyof PartUrls): string => {
    const url = new URL(postgresUrl);
    url.username = names[part];
    url.password = passwords[part];
    return url.href;
  };
  return { api: urlOf('api'), projector: urlOf('projector') };
}
