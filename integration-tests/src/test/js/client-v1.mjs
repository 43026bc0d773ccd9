// The TypeScript SDK of the first generation. Arguments: url, then "http" or "sse".
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { runSteps } from './run-steps.mjs';

const [url, wire] = process.argv.slice(2);
const Transport = wire === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
await runSteps(new Client({ name: 'integration-test', version: '1' }), new Transport(new URL(url)));
