#!/usr/bin/env node
// Measures starts: from the command to the first 200 of /ready, with the processor time it took, and the memory at rest.
//   node bench/start.mjs --java NAME=JAVA_HOME,... [--starts 5] [--out results.jsonl]
// Each Java starts in turn through `java -jar` and through the launcher, so that a busy moment hits all of them.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const JAR = path.join(REPOSITORY, 'gateway-server-jetty/target/forge-gateway.jar');
const REST_MS = 4000;
const LIMIT_MS = 60000;
const TICK_MS = 10;

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function usage(pid) {
  const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { cpuMs: (+fields[11] + +fields[12]) * TICK_MS, rss: +fields[21] * 4096 };
}

function busyMs() {
  const f = fs.readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
  return (f[0] + f[1] + f[2] + f[5] + f[6] + f[7]) * TICK_MS;
}

const isReady = (port) =>
  new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: '/ready', agent: false, timeout: 1000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });

async function start(home, way, port) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'forge-start-'));
  const serve = ['serve', '--port', String(port), '--manager-port', '0', '--data', path.join(directory, 'data')];
  const [command, args] =
    way === 'jar'
      ? [path.join(home, 'bin/java'), ['-jar', JAR, ...serve]]
      : [path.join(REPOSITORY, 'bin/forge-gateway'), serve];
  const log = fs.openSync(path.join(directory, 'log'), 'w');
  const busyBefore = busyMs();
  const begun = performance.now();
  const child = spawn(command, args, {
    cwd: directory,
    stdio: ['ignore', log, log],
    env: { ...process.env, JAVA_HOME: home },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null || performance.now() - begun > LIMIT_MS) {
        throw new Error(`no gateway: ${fs.readFileSync(path.join(directory, 'log'), 'utf8').slice(-400)}`);
      }
      await pause(5);
    }
    const readyMs = performance.now() - begun;
    const { cpuMs } = usage(child.pid);
    const othersCores = Math.max(0, (busyMs() - busyBefore - cpuMs) / readyMs);
    await pause(REST_MS);
    return { readyMs, cpuMs, rss: usage(child.pid).rss, othersCores };
  } finally {
    child.kill('SIGTERM');
    await ended;
    fs.closeSync(log);
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

const javas = option('java', '').split(',').filter(Boolean).map((pair) => pair.split('='));
const out = option('out');
const starts = Number(option('starts', '5'));
let port = Number(option('port', '19790'));
for (let round = 0; round < starts; round++) {
  for (const [name, home] of javas) {
    for (const way of ['jar', 'launcher']) {
      const row = { at: new Date().toISOString(), scenario: 'process', target: name, way, round, ...(await start(home, way, port++)) };
      if (out) fs.appendFileSync(out, `${JSON.stringify(row)}\n`);
      console.error(
        `start ${round} ${name} ${way}: ready ${row.readyMs.toFixed(0)} ms, cpu ${row.cpuMs} ms, ` +
          `at rest ${(row.rss / 1048576).toFixed(0)} MB | others ${row.othersCores.toFixed(2)} cores`,
      );
    }
  }
}
