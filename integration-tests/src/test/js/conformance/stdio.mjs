// The server with every fixture of the conformance suite, on standard input and output: what a bridge to HTTP is tried with.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { McpServer, createRequestStateCodec } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { registerInputRequired } from './input-required.mjs';
import { registerPrompts } from './prompts.mjs';
import { registerResources } from './resources.mjs';
import { registerReverseRequests } from './reverse-requests.mjs';
import { EXTENSION, passOnWithoutTasks, registerTaskTools } from './tasks.mjs';
import { registerTools } from './tools.mjs';

const states = createRequestStateCodec({ key: randomUUID() + randomUUID() });

function newServer({ era }) {
  const server = new McpServer(
    { name: 'conformance-stdio', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
        ...(era === 'modern' && { extensions: { [EXTENSION]: {} } }),
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
  registerTaskTools(server);
  return server;
}

const input = new PassThrough();
passOnWithoutTasks(createInterface({ input: process.stdin }), input);
serveStdio(newServer, { transport: new StdioServerTransport(input, process.stdout) });
