// An upstream that remembers: one counter for each session, and what became of slow calls. Both generations of the protocol,
// by hand, so that nothing is hidden. GET /observed tells what it has seen. Prints its URL once it listens.
import http from 'node:http';
import { randomUUID } from 'node:crypto';

const MODERN = '2026-07-28';
const sessions = new Map();
const observed = { started: 0, disconnected: 0, cancelled: 0 };
const INFO = { name: 'observer', version: '1' };
const TOOLS = ['count', 'slow'].map(name => ({ name, inputSchema: { type: 'object' } }));

const results = {
  initialize: message => ({ protocolVersion: message.params.protocolVersion, capabilities: { tools: {} }, serverInfo: INFO }),
  'server/discover': () => ({ supportedVersions: [MODERN], capabilities: { tools: {} }, ttlMs: 0, cacheScope: 'private' }),
  'tools/list': () => ({ tools: TOOLS, ttlMs: 0, cacheScope: 'private' }),
  'resources/list': () => ({ resources: [] }),
  'resources/templates/list': () => ({ resourceTemplates: [] }),
  'prompts/list': () => ({ prompts: [] }),
  ping: () => ({}),
};

function reply(response, status, message, extra = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...extra });
  response.end(JSON.stringify({ jsonrpc: '2.0', ...message }));
}

async function serve(request, response) {
  if (request.url === '/observed') {
    reply(response, 200, observed);
    return;
  }
  if (request.method !== 'POST') {
    sessions.delete(request.headers['mcp-session-id']);
    response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
    return;
  }
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const message = JSON.parse(Buffer.concat(chunks));
  const modern = message.params?._meta?.['io.modelcontextprotocol/protocolVersion'] === MODERN;
  if (message.id === undefined) {
    observed.cancelled += message.method === 'notifications/cancelled' ? 1 : 0;
    response.writeHead(202).end();
  } else if (message.method === 'tools/call') {
    call(request, response, message);
  } else if (message.method === 'server/discover' && !modern) {
    reply(response, 404, { id: message.id, error: { code: -32601, message: 'Unknown' } });
  } else if (results[message.method]) {
    const session = message.method === 'initialize' ? { 'mcp-session-id': randomUUID() } : {};
    Object.values(session).forEach(id => sessions.set(id, 0));
    const result = results[message.method](message);
    reply(response, 200, { id: message.id, result: modern ? { ...result, resultType: 'complete' } : result }, session);
  } else {
    reply(response, 404, { id: message.id, error: { code: -32601, message: 'Unknown' } });
  }
}

function call(request, response, message) {
  const result = text => ({ content: [{ type: 'text', text }], resultType: 'complete' });
  if (message.params.name === 'slow') {
    // Never answers; sees its client go.
    observed.started++;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    response.on('close', () => observed.disconnected++);
    return;
  }
  const id = request.headers['mcp-session-id'];
  sessions.set(id, (sessions.get(id) ?? 0) + 1);
  reply(response, 200, { id: message.id, result: result(String(sessions.get(id))) });
}

const server = http.createServer((request, response) => serve(request, response).catch(() => response.destroy()));
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/mcp`));
