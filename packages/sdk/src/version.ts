// The version of the SDK, which its reports say. A spec holds it to package.json.

export const SDK_VERSION = '0.1.0';
