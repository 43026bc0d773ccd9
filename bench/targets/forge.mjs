// The gateway as targets of the stand-alone harness: for each Java that FORGE_BENCH_JAVAS names (NAME=JAVA_HOME, commas
// between), forge-NAME in front of HTTP servers and forge-NAME-stdio in front of one stdio server.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const LAUNCHER = path.join(REPOSITORY, 'bin/forge-gateway');

function target(name, home, stdio) {
  return {
    name: `forge-${name}${stdio ? '-stdio' : ''}`,
    stdio,
    many: !stdio,
    eras: [2025, 2026],
    warmup: 20,
    template: '{server}-{tool}',
    // The fan scenarios have profiles of their own; what is left is what a stdio server is compared in.
    only: stdio ? ['seq', 'c16'] : undefined,
    skip: stdio ? Object.fromEntries(NOT_FOR_STDIO.map((scenario) => [scenario, 'compared in seq and c16'])) : undefined,
    version: () => name,
    url: (port) => `http://127.0.0.1:${port}/mcp`,
    start({ port, upstreams, dir }) {
      const lines = upstreams.map((upstream) =>
        stdio
          ? `  ${upstream.name}:\n    command: ${JSON.stringify([upstream.stdio.command, ...upstream.stdio.args])}\n    auto_start: true\n`
          : `  ${upstream.name}:\n    url: ${upstream.url}\n    transport: streamable-http\n`,
      );
      fs.writeFileSync(path.join(dir, 'services.yml'), `services:\n${lines.join('')}`);
      return {
        cmd: LAUNCHER,
        args: ['serve', '--config', dir, '--data', path.join(dir, 'data'), '--no-toolbox', '--port', String(port), '--manager-port', '0'],
        // The harness's stub needs malloc settings of its own (scripts/bench.sh); the gateway is measured without them.
        env: { JAVA_HOME: home, MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
      };
    },
  };
}

const NOT_FOR_STDIO = ['c64', 's200', 's200get', 'churn', 'big', 'blob', 'sse', 'stream', 'sleep', 'list1k'];
const javas = (process.env.FORGE_BENCH_JAVAS || '').split(',').filter(Boolean).map((pair) => pair.split('='));
export default javas.flatMap(([name, home]) => [target(name, home, false), target(name, home, true)]);
