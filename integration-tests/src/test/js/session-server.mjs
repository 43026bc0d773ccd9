// A server whose sessions differ: a call switches on a tool for its own session, and lines are logged when the call that
// asked for them is long over. Argument: "stdio", or the port to listen on, 0 for any; then it prints its URL.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { McpServer, fromJsonSchema } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';

const LATER_MILLIS = 100;

function newServer() {
  const server = new McpServer(
    { name: 'sessions', version: '1.0.0' },
    { capabilities: { tools: { listChanged: true }, logging: {} } },
  );
  const says = text => ({ content: [{ type: 'text', text }] });
  const inputSchema = fromJsonSchema({ type: 'object', properties: { word: { type: 'string' } } });
  let unlocked;
  server.registerTool('unlock', { description: 'Switches on the tool "secret".', inputSchema }, ({ word }) => {
    unlocked ??= server.registerTool('secret', { description: `Says ${word}.` }, () => says(`the word is ${word}`));
    return says('unlocked');
  });
  server.registerTool('lock', { description: 'Switches it off again.' }, () => {
    unlocked?.remove();
    unlocked = undefined;
    return says('locked');
  });
  server.registerTool('log_later', { description: 'Logs a line when the call is over.', inputSchema }, ({ word }) => {
    setTimeout(() => server.server.sendLoggingMessage({ level: 'info', data: `later ${word}` }), LATER_MILLIS);
    return says('soon');
  });
  return server;
}

const sessions = new Map();

async function serve(request, response) {
  const id = request.headers['mcp-session-id'];
  const known = sessions.get(id);
  if (id && !known) {
    response.writeHead(404).end();
    return;
  }
  const transport =
    known ??
    new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: fresh => sessions.set(fresh, transport),
    });
  if (!known) {
    transport.onclose = () => sessions.delete(transport.sessionId);
    await newServer().connect(transport);
  }
  await transport.handleRequest(request, response);
}

if (process.argv[2] === 'stdio') {
  serveStdio(newServer);
} else {
  const http = createServer((request, response) => {
    serve(request, response).catch(failure => {
      console.error(failure);
      response.destroy();
    });
  });
  http.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${http.address().port}/mcp`);
  });
}
