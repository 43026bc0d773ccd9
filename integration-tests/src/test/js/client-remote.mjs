// The TypeScript SDK in front of mcp-remote, which turns the URL into a stdio server. Argument: url.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { createRequire } from 'node:module';
import { runSteps } from './run-steps.mjs';

const proxy = createRequire(import.meta.url).resolve('mcp-remote/package.json').replace('package.json', 'dist/proxy.js');
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [proxy, process.argv[2], '--allow-http'],
  env: { ...process.env },
  stderr: 'ignore',
});
await runSteps(new Client({ name: 'integration-test', version: '1' }), transport);
