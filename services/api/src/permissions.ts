// What the holder of a token may do: each role has a fixed set of the permissions that the operations table asks for.
import type { Access } from '@confledger/contracts/http';

/** Whose token it is: `admin` may do everything, `node` what a trading node needs. */
export type Role = 'admin' | 'node';

/** A permission: every access that needs a token. */
export type Permission = Exclude<Access, 'open'>;

const PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  admin: ['read', 'report', 'write', 'activate', 'administer'],
  node: ['read', 'report'],
};

/** Whether one of the roles includes the permission. */
export function permits(roles: readonly Role[], permission: Permission): boolean {
  return roles.some((role) => PERMISSIONS[role].includes(permission));
}

/** Whether some role lacks the permission, so that a valid token may be refused for it. */
export function isRestricted(permission: Permission): boolean {
  return Object.values(PERMISSIONS).some((permissions) => !permissions.includes(permission));
}

/** The permissions of all of the roles together, for messages: `read and report`. */
export function namesOf(roles: readonly Role[]): string {
  return [...new Set(roles.flatMap((role) => PERMISSIONS[role]))].join(' and ');
}
