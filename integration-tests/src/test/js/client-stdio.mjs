// A client of the TypeScript SDK that starts its server as a command, as desktop clients do. Arguments: "v1" or "v2", then the
// command. Answers questions of the server, so that a round trip can be tried.
import { runSteps } from './run-steps.mjs';

const [generation, command, ...args] = process.argv.slice(2);
const info = { name: 'stdio-client', version: '1' };

async function v1() {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  const { CreateMessageRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
  const client = new Client(info, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: 'assistant',
    model: 'none',
    content: { type: 'text', text: 'sampled by the client' },
  }));
  return [client, new StdioClientTransport({ command, args, env: process.env, stderr: 'inherit' })];
}

async function v2() {
  const { Client } = await import('@modelcontextprotocol/client');
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
  const client = new Client(info, { versionNegotiation: { mode: 'auto' } });
  return [client, new StdioClientTransport({ command, args, env: process.env, stderr: 'inherit' })];
}

await runSteps(...(await (generation === 'v1' ? v1() : v2())));
