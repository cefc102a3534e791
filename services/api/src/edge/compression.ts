// Compressed answers. A write's answer is small and on the hottest path, a stream must not wait in a compressor: neither is compressed.
import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

/** A smaller answer is sent as it is. */
const COMPRESSED_BYTES_MIN = 1_024;
/** A larger one is compressed beside the event loop. */
const COMPRESSED_AT_ONCE_BYTES_MAX = 16 * 1_024;

/** Compresses what routes answer that do not say `compress: false`, where the client takes it. Bodies of requests are never inflated. */
export async function compressAnswers(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: COMPRESSED_BYTES_MIN,
    syncThreshold: COMPRESSED_AT_ONCE_BYTES_MAX,
    globalDecompression: false,
  });
}
