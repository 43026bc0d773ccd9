// The upstream that the conformance suite is run against, directly and through the gateway: every fixture that the suite
// looks up by name, on the TypeScript SDK, in both generations of the protocol. Prints its URL once it listens.
//
// Arguments: the port, 0 (the default) for any; "modern" to serve the stateless revision only.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { McpServer, createMcpHandler, createRequestStateCodec, isLegacyRequest } from '@modelcontextprotocol/server';
import {
  NodeStreamableHTTPServerTransport,
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node';
import { EventLog } from './event-log.mjs';
import { registerInputRequired } from './input-required.mjs';
import { registerPrompts } from './prompts.mjs';
import { registerResources } from './resources.mjs';
import { registerReverseRequests } from './reverse-requests.mjs';
import { EXTENSION, registerTaskTools, serveTasks } from './tasks.mjs';
import { registerTools } from './tools.mjs';

const RETRY_MILLIS = 500;
const modernOnly = process.argv[3] === 'modern';
const states = createRequestStateCodec({ key: randomUUID() + randomUUID() });

// A server of its own for each request of the stateless revision, and for each session of the older ones.
function newServer({ era }) {
  const server = new McpServer(
    { name: 'conformance-upstream', version: '1.0.0' },
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
  const announce =
    era === 'modern'
      ? modern.notify
      : { toolsChanged: () => server.sendToolListChanged(), promptsChanged: () => server.sendPromptListChanged() };
  registerTools(server, announce);
  registerReverseRequests(server);
  registerInputRequired(server, states);
  registerResources(server);
  registerPrompts(server);
  registerTaskTools(server);
  return server;
}

const modern = createMcpHandler(newServer, { legacy: 'reject' });
const serveModern = toNodeHandler(modern);
const sessions = new Map();

async function serveLegacy(request, response, body) {
  const known = sessions.get(request.headers['mcp-session-id']);
  if (known) {
    await known.handleRequest(request, response, body);
  } else if (request.headers['mcp-session-id']) {
    refuse(response, 404, -32001, 'Session not found');
  } else if (request.method === 'POST' && body?.method === 'initialize') {
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: new EventLog(),
      retryInterval: RETRY_MILLIS,
      onsessioninitialized: id => sessions.set(id, transport),
    });
    transport.onclose = () => sessions.delete(transport.sessionId);
    await newServer({ era: 'legacy' }).connect(transport);
    await transport.handleRequest(request, response, body);
  } else {
    refuse(response, 400, -32000, 'No session: initialize first');
  }
}

function refuse(response, status, code, message) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

const hostAllowed = localhostHostValidation();
const originAllowed = localhostOriginValidation();

async function serve(request, response) {
  if (!hostAllowed(request, response) || !originAllowed(request, response)) {
    return;
  }
  if (request.method !== 'POST' && modernOnly) {
    refuse(response, 405, -32000, 'This server has no sessions');
    return;
  }
  if (request.method !== 'POST') {
    await serveLegacy(request, response);
    return;
  }
  let body;
  try {
    body = await readJson(request);
  } catch {
    refuse(response, 400, -32700, 'Parse error');
    return;
  }
  if (!modernOnly && (await isLegacyRequest(await toWebRequest(request, body), body))) {
    await serveLegacy(request, response, body);
  } else if (!serveTasks(request, response, body)) {
    await serveModern(request, response, body);
  }
}

const http = createServer((request, response) => {
  serve(request, response).catch(failure => {
    console.error(failure);
    if (!response.headersSent) {
      refuse(response, 500, -32603, 'Internal error');
    }
  });
});
http.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${http.address().port}/mcp`);
});
