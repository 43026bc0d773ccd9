#!/usr/bin/env node
// Measures what an idle stream costs: opens many sessions, each with its GET stream, and looks at the gateway's memory.
//   node bench/streams.mjs [--streams 10000] [--rest 10] [--heap 512m] [--java JAVA_HOME]
// Prints one line of JSON. Fails if a stream does not open or does not stay open. Needs as many open files as streams.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const AT_ONCE = 50;
const READY_MS = 60000;

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const streams = Number(option('streams', '10000'));
const restMs = Number(option('rest', '10')) * 1000;

const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });

function send(base, method, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      base,
      // A stream keeps its connection, everything else shares a few.
      { method, agent: method === 'GET' ? false : agent, headers: { 'Content-Type': 'application/json', ...headers } },
      resolve,
    );
    request.on('error', reject);
    request.end(body && JSON.stringify({ jsonrpc: '2.0', ...body }));
  });
}

async function post(base, headers, body) {
  const answer = await send(base, 'POST', { Accept: 'application/json, text/event-stream', ...headers }, body);
  answer.resume();
  await new Promise((resolve) => answer.once('end', resolve));
  if (answer.statusCode >= 300) {
    throw new Error(`${body.method}: ${answer.statusCode}`);
  }
  return answer.headers['mcp-session-id'];
}

const initialize = (base) =>
  post(base, {}, {
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'streams', version: '1' } },
  });

async function open(base, ended) {
  const session = await initialize(base);
  const headers = { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' };
  await post(base, headers, { method: 'notifications/initialized' });
  const stream = await send(base, 'GET', { Accept: 'text/event-stream', ...headers });
  if (stream.statusCode !== 200) {
    throw new Error(`stream: ${stream.statusCode}`);
  }
  stream.once('close', ended);
  stream.resume();
  return headers;
}

/** What the first sessions leave behind for ever is not the streams' doing; the sessions themselves would count. */
async function warmUp(base) {
  for (let i = 0; i < 100; i++) {
    const answer = await send(base, 'DELETE', { 'Mcp-Session-Id': await initialize(base) });
    answer.resume();
    await new Promise((resolve) => answer.once('end', resolve));
  }
}

const rss = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

async function listening(child, log) {
  const begun = performance.now();
  while (child.exitCode === null && performance.now() - begun < READY_MS) {
    const url = /http:\/\/127\.0\.0\.1:\d+\/mcp\b/.exec(fs.readFileSync(log, 'utf8'));
    if (url) {
      return url[0];
    }
    await pause(20);
  }
  throw new Error(`no gateway: ${fs.readFileSync(log, 'utf8').slice(-400)}`);
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'forge-streams-'));
fs.mkdirSync(path.join(directory, 'config'));
fs.writeFileSync(path.join(directory, 'config/services.yml'), 'services: {}\n');
const log = path.join(directory, 'log');
const out = fs.openSync(log, 'w');
const child = spawn(
  path.join(REPOSITORY, 'bin/forge-gateway'),
  ['serve', '--roles', 'gateway', '--port', '0', '--config', path.join(directory, 'config'), '--data', path.join(directory, 'data')],
  {
    stdio: ['ignore', out, out],
    env: { ...process.env, FORGE_HEAP: option('heap', '512m'), JAVA_HOME: option('java', process.env.JAVA_HOME ?? '') },
  },
);
const exited = new Promise((resolve) => child.once('exit', resolve));
try {
  const base = await listening(child, log);
  await warmUp(base);
  await pause(restMs);
  const before = rss(child.pid);
  let lost = 0;
  let one;
  let left = streams;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) {
        one = await open(base, () => lost++);
      }
    }),
  );
  const openingMs = Math.round(performance.now() - begun);
  await pause(restMs);
  const after = rss(child.pid);
  const asked = performance.now();
  await post(base, one, { id: 1, method: 'ping' });
  const result = {
    streams,
    lost,
    openingMs,
    rssBeforeMb: Math.round(before / 1e6),
    rssAfterMb: Math.round(after / 1e6),
    kbAStream: Number(((after - before) / 1e3 / streams).toFixed(1)),
    pingMs: Number((performance.now() - asked).toFixed(1)),
    load: os.loadavg()[0],
  };
  console.log(JSON.stringify(result));
  process.exitCode = lost === 0 ? 0 : 1;
} finally {
  child.kill('SIGTERM');
  await exited;
  fs.closeSync(out);
  fs.rmSync(directory, { recursive: true, force: true });
  // The streams' own connections would keep this process until the system notices their end.
  process.exit();
}
