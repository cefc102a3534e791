// The peer of the command benchmark: a bare Fastify that inserts one row durably for each request and answers.
import Fastify from 'fastify';
import pg from 'pg';
import { ready } from './lifecycle.js';

const pool = new pg.Pool({ connectionString: process.env['BENCH_POSTGRES_URL'], max: 10 });
await pool.query('CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, path text NOT NULL, body jsonb NOT NULL)');
const app = Fastify();
app.put<{ Params: { path: string } }>('/values/:path', async (request) => {
  const { rows } = await pool.query<{ id: string }>({
    name: 'insert',
    text: 'INSERT INTO bare (path, body) VALUES ($1, $2) RETURNING id',
    values: [request.params.path, JSON.stringify(request.body)],
  });
  return { success: true, data: { id: rows[0]?.id }, timestamp: new Date().toISOString() };
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
ready({ url }, async () => {
  await app.close();
  await pool.end();
});
