// The rights of the roles on a database as a whole: to connect, and for some to make schemas.
import pg from 'pg';
import { GRANTEES, type Grantee, type RoleNames } from './rights.js';
import { RoleUnfit } from './roles.js';

/** Lets every role connect, and the `makers` make schemas. Rejects with `RoleUnfit` where the login may not grant that. */
export async function grantOnDatabase(client: pg.ClientBase, names: RoleNames, makers: readonly Grantee[]): Promise<void> {
  const { rows } = await client.query<{ database: string; login: string }>('SELECT current_database() AS database, current_user AS login');
  const { database = '', login = '' } = rows[0] ?? {};
  for (const grantee of GRANTEES) {
    const privileges = makers.includes(grantee) ? ['CONNECT', 'CREATE'] : ['CONNECT'];
    if (await has(client, names[grantee], privileges)) continue;
    const statement = `GRANT ${privileges.join(', ')} ON DATABASE ${pg.escapeIdentifier(database)} TO ${pg.escapeIdentifier(names[grantee])}`;
    // A login that may not grant gets an error, or only a warning: the result is checked instead.
    await client.query(statement).catch(() => undefined);
    if (await has(client, names[grantee], privileges)) continue;
    throw new RoleUnfit(
      `the user ${login} may not give rights on database ${database}. As a superuser: ${statement}; then run this again.`,
    );
  }
}

async function has(client: pg.ClientBase, role: string, privileges: readonly string[]): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>(
    'SELECT bool_and(has_database_privilege($1::name, current_database(), privilege)) AS has FROM unnest($2::text[]) AS wanted(privilege)',
    [role, privileges],
  );
  return rows[0]?.has === true;
}
