// Values that must not be shown. It imports nothing, and runs in a browser too.
export { isSecret, Secret, SECRET_MASK } from './secret.js';
export { isSecretName } from './secret-names.js';
