// A server that wants OAuth and its authorization server, as the TypeScript SDK 1 shows them: tokens only for this server
// (RFC 8707), clients that register themselves, a person who always agrees. Prints the URL of the MCP server.
import { createServer } from 'node:net';
import { once } from 'node:events';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

process.env.MCP_PORT = await freePort();
process.env.MCP_AUTH_PORT = await freePort();
process.argv.push('--oauth', '--oauth-strict');
console.log = () => {};
await import('@modelcontextprotocol/sdk/examples/server/simpleStreamableHttp.js');

const url = `http://localhost:${process.env.MCP_PORT}/mcp`;
for (let there = false; !there; ) {
  there = await fetch(url, { method: 'POST' }).then(answer => answer.status === 401, () => false);
}
process.stdout.write(`${url}\n`);
