// The TypeScript SDK of the second generation, which asks for the newest protocol first. Arguments: url, "http" or "sse".
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { runSteps } from './run-steps.mjs';

const [url, wire] = process.argv.slice(2);
const Transport = wire === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
const options = { versionNegotiation: { mode: wire === 'sse' ? 'legacy' : 'auto' } };
await runSteps(new Client({ name: 'integration-test', version: '1' }, options), new Transport(new URL(url)));
