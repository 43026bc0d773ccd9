// A small MCP server for the tests of the container runtime: no dependency, so that what is measured and broken is the
// container and not a library. `node mini-server.js` speaks on standard streams, `node mini-server.js http PORT` on HTTP.
'use strict';

let count = 0;
const kept = [];

const tools = {
  // Echoes the token of the call, so that an answer can be matched with its question.
  echo: ({ token }) => String(token),
  // Counts calls: state that survives every sleep and no restart.
  count: () => String(++count),
  slow: ({ token, ms }) => new Promise((done) => setTimeout(() => done(String(token)), ms)),
  // Takes memory and touches it.
  take: ({ mb }) => {
    kept.push(Buffer.alloc(mb * 1024 * 1024, Math.random().toString()));
    return String(kept.length);
  },
  whoami: () => JSON.stringify({ uid: process.getuid(), env: process.env.GREETING || null, home: process.env.HOME || null }),
  write: ({ path, text }) => {
    require('fs').writeFileSync(path, text);
    return 'written';
  },
  leave: ({ status }) => process.exit(status),
};

async function answer(message) {
  switch (message.method) {
    case 'initialize':
      return {
        protocolVersion: message.params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'mini', version: '1' },
      };
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: Object.keys(tools).map((name) => ({ name, description: name, inputSchema: { type: 'object' } })) };
    case 'tools/call':
      return { content: [{ type: 'text', text: await tools[message.params.name](message.params.arguments || {}) }] };
    default:
      return undefined;
  }
}

async function reply(message) {
  const result = await answer(message).catch((error) => ({ isError: true, content: [{ type: 'text', text: String(error) }] }));
  return result === undefined
    ? { jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'no such method' } }
    : { jsonrpc: '2.0', id: message.id, result };
}

function standardStreams() {
  require('readline')
    .createInterface({ input: process.stdin })
    .on('line', async (line) => {
      const message = JSON.parse(line);
      if (message.id !== undefined && message.method) {
        process.stdout.write(JSON.stringify(await reply(message)) + '\n');
      }
    });
}

function http(port) {
  require('http')
    .createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', async () => {
        const message = request.method === 'POST' ? JSON.parse(Buffer.concat(chunks).toString()) : {};
        if (message.id === undefined || !message.method) {
          response.writeHead(request.method === 'POST' ? 202 : 405).end();
          return;
        }
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await reply(message)));
      });
    })
    .listen(port, '0.0.0.0');
}

process.stderr.write('mini server is up\n');
if (process.argv[2] === 'http') {
  http(Number(process.argv[3]));
} else {
  standardStreams();
}
