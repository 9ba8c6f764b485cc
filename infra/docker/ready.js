// Health check of the containers: exits 0 when GET /readyz on the given port answers 200.
const [, , port] = process.argv;
const limitMs = 2500;
const isReady = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(limitMs) }).then(
  (response) => response.ok,
  () => false,
);
process.exit(isReady ? 0 : 1);
