// The server with every fixture of the conformance suite, on standard input and output: what a bridge to HTTP is tried with.
import { randomUUID } from 'node:crypto';
import { McpServer, createRequestStateCodec } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { registerInputRequired } from './input-required.mjs';
import { registerPrompts } from './prompts.mjs';
import { registerResources } from './resources.mjs';
import { registerReverseRequests } from './reverse-requests.mjs';
import { registerTools } from './tools.mjs';

const states = createRequestStateCodec({ key: randomUUID() + randomUUID() });

serveStdio(() => {
  const server = new McpServer(
    { name: 'conformance-stdio', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
      },
      requestState: { verify: states.verify },
    },
  );
  registerTools(server, {
    toolsChanged: () => server.sendToolListChanged(),
    promptsChanged: () => server.sendPromptListChanged(),
  });
  registerReverseRequests(server);
  registerInputRequired(server, states);
  registerResources(server);
  registerPrompts(server);
  return server;
});
