// Exit code 0 when the service in this container has started and answers. Run by Docker; readiness is /health/ready, for load balancers.
const TIMEOUT_MS = 2_000;
const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/health/live`, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
  () => null,
);
process.exit(answer?.ok === true ? 0 : 1);
