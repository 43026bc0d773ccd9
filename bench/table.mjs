#!/usr/bin/env node
// Turns what scripts/bench.sh measured into the tables of docs/performance.md: each target with the figure and whether it is
// met, and each scenario with its figures. Medians over the rounds; ratios are of figures from one round.
//   node bench/table.mjs results.jsonl [--write docs/performance.md]
import fs from 'node:fs';
import os from 'node:os';

const BEGIN = '<!-- measured by make bench -->';
const END = '<!-- end of measured -->';
/** What a Java before 25 may be worse than the target. */
const OLDER_JAVA = 1.25;
const MB = 1048576;

const [file] = process.argv.slice(2);
const writeTo = process.argv.includes('--write') ? process.argv[process.argv.indexOf('--write') + 1] : null;
const rows = fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const javas = [...new Set(rows.map((row) => /^forge-(\d+)$/.exec(row.target)?.[1]).filter(Boolean))].sort((a, b) => b - a);

const median = (values) => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (!sorted.length) return NaN;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const measured = (target, scenario) =>
  rows.filter((row) => row.target === target && row.scenario === scenario && row.result && !row.result.failed);
const of = (target, scenario, figure) => median(measured(target, scenario).map(figure));
/** The median of a figure of one target over that of another in the same round. */
const over = (target, scenario, base, baseScenario, figure) =>
  median(
    measured(target, scenario).map((row) => {
      const other = measured(base, baseScenario).find((candidate) => candidate.round === row.round);
      return other ? figure(row) / figure(other) : NaN;
    }),
  );

const rate = (row) => row.result.rps;
const cpu = (row) => row.gwCpuUsPerRequest;
const p99 = (row) => row.result.p99;
const addedP50 = (row) => row.result.p50 - row.direct.p50;
const firstEvent = (row) => row.result.firstEventP50 - row.direct.firstEventP50;
const upstreamMessages = (row) => row.upstreamHttp / row.result.httpRequests;
const readyMs = (target, profile) =>
  median(rows.filter((row) => row.target === target && row.scenario === 'start' && row.profile === profile).map((row) => row.readyMs));
const process_ = (java, way, figure) =>
  median(rows.filter((row) => row.scenario === 'process' && row.target === java && row.way === way).map(figure));

const atMost = (limit, unit = '') => ({ limit, most: true, unit });
const atLeast = (limit, unit = '') => ({ limit, most: false, unit });

/** What must hold, and how to read it from one run; `java` is the number of a version. */
const TARGETS = [
  ['seq: added median latency, over nginx\'s', atMost(2.5), (j) => of(f(j), 'seq', addedP50) / of('nginx', 'seq', addedP50)],
  ['c16: processor time a request', atMost(200, 'us'), (j) => of(f(j), 'c16', cpu)],
  ['c64: processor time a request', atMost(200, 'us'), (j) => of(f(j), 'c64', cpu)],
  ['c64: requests/s, over nginx\'s', atLeast(0.35), (j) => over(f(j), 'c64', 'nginx', 'c64', rate)],
  ['c16: p99, over nginx\'s', atMost(3), (j) => over(f(j), 'c16', 'nginx', 'c16', p99)],
  ['s200: processor time, over c16\'s', atMost(1.2), (j) => over(f(j), 's200', f(j), 'c16', cpu)],
  ['s200get: processor time, over c16\'s', atMost(1.2), (j) => over(f(j), 's200get', f(j), 'c16', cpu)],
  ['churn: requests/s, over nginx\'s', atLeast(0.25), (j) => over(f(j), 'churn', 'nginx', 'churn', rate)],
  ['list1k: processor time, over nginx\'s', atMost(1), (j) => over(f(j), 'list1k', 'nginx', 'list1k', cpu)],
  ['fan50: processor time, over c16\'s', atMost(1.25), (j) => over(f(j), 'fan50', f(j), 'c16', cpu)],
  ['fan200: processor time, over c16\'s', atMost(1.25), (j) => over(f(j), 'fan200', f(j), 'c16', cpu)],
  ['fan200: all 200 servers listed', atMost(3000, 'ms'), (j) => readyMs(f(j), '200x25')],
  ['big: processor time, over nginx\'s', atMost(2), (j) => over(f(j), 'big', 'nginx', 'big', cpu)],
  ['blob: processor time, over nginx\'s', atMost(2), (j) => over(f(j), 'blob', 'nginx', 'blob', cpu)],
  ['sse: first event later than direct', atMost(2000, 'us'), (j) => of(f(j), 'sse', firstEvent)],
  ['stream: first event later than direct', atMost(2000, 'us'), (j) => of(f(j), 'stream', firstEvent)],
  ['sleep: held calls/s, of 1,000 (the generator itself loses up to 1 %)', atLeast(990), (j) => of(f(j), 'sleep', rate)],
  ['sleep: threads while 200 calls are held', atMost(100), (j) => of(f(j), 'sleep', (row) => row.threads)],
  ['stdio: processor time of c16, over that in front of HTTP', atMost(1.3), (j) => over(`${f(j)}-stdio`, 'c16', f(j), 'c16', cpu)],
  ['largest memory (RSS) in the whole run', atMost(250, 'MB'), (j) => Math.max(...rows.filter((row) => row.target === f(j) && row.rssPeak).map((row) => row.rssPeak / MB))],
  ['memory at rest (RSS)', atMost(150, 'MB'), (j) => process_(j, 'launcher', (row) => row.rss / MB)],
  ['`java -jar` to `/ready`', atMost(1500, 'ms'), (j) => process_(j, 'jar', (row) => row.readyMs)],
  ['launcher to `/ready`', atMost(1500, 'ms'), (j) => process_(j, 'launcher', (row) => row.readyMs)],
  ['messages to the server for one warm call', atMost(1), (j) => Math.round(of(f(j), 'c16', upstreamMessages) * 1000) / 1000],
  ['errors and wrong answers', atMost(0), (j) => rows.filter((row) => row.target.startsWith(f(j)) && row.result).reduce((sum, row) => sum + (row.result.failed ? 1 : row.result.errors + row.result.wrong), 0)],
];
function f(java) {
  return `forge-${java}`;
}

const shown = (value) => (value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(2));
/** Unlike speed, these do not get worse with an older Java. */
const isCount = (limit) => limit <= 1 && Number.isInteger(limit);

function verdict([name, goal, read], java) {
  const value = read(java);
  if (!Number.isFinite(value)) return 'not measured';
  const slack = Number(java) < 25 && !isCount(goal.limit) && !['MB', 'ms'].includes(goal.unit) ? OLDER_JAVA : 1;
  const limit = goal.most ? goal.limit * slack : goal.limit / slack;
  const met = goal.most ? value <= limit : value >= limit;
  return `${shown(value)}${goal.unit && ` ${goal.unit}`} ${met ? 'met' : '**missed**'}`;
}

function markdown(head, body) {
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function targets() {
  const body = TARGETS.map((target) => {
    const [name, goal] = target;
    const must = `at ${goal.most ? 'most' : 'least'} ${goal.limit}${goal.unit && ` ${goal.unit}`}`;
    return [name, must, ...javas.map((java) => verdict(target, java))];
  });
  return markdown(['What', 'Must', ...javas.map((java) => `Java ${java}`)], body);
}

function scenarios() {
  const names = [...new Set(rows.filter((row) => row.result).map((row) => row.scenario))];
  const body = names.flatMap((scenario) =>
    ['nginx', ...javas.flatMap((java) => [f(java), `${f(java)}-stdio`])]
      .filter((target) => measured(target, scenario).length)
      .map((target) => [
        scenario,
        target,
        ...[rate, (row) => row.direct?.rps, (row) => row.result.p50, (row) => row.direct?.p50, p99, cpu, (row) => row.rssPeak / MB].map(
          (figure) => of(target, scenario, figure).toFixed(0),
        ),
        of(target, scenario, (row) => row.foreignCores).toFixed(2),
      ]),
  );
  return markdown(
    ['Scenario', 'Target', 'requests/s', 'direct', 'p50 us', 'direct', 'p99 us', 'CPU us a request', 'peak RSS MB', 'others, cores'],
    body,
  );
}

function starts() {
  const body = javas.flatMap((java) =>
    ['jar', 'launcher'].map((way) => [
      `Java ${java}, ${way === 'jar' ? '`java -jar`' : 'launcher'}`,
      ...[(row) => row.readyMs, (row) => row.cpuMs, (row) => row.rss / MB].map((figure) => process_(java, way, figure).toFixed(0)),
      process_(java, way, (row) => row.othersCores).toFixed(2),
    ]),
  );
  return markdown(['Start', 'ready ms', 'CPU ms until then', 'RSS MB at rest', 'others, cores'], body);
}

const rounds = new Set(rows.filter((row) => row.result).map((row) => row.round)).size;
const text = `${BEGIN}
Measured on ${rows[0].at.slice(0, 10)}, ${os.cpus().length} cores, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}. A Java before 25 may be a quarter worse where speed
is asked for. "Others" is what other work took of the cores meanwhile: above 0.3 latencies and rates say little.

${targets()}

${scenarios()}

${starts()}
${END}`;
console.log(text);
if (writeTo) {
  const page = fs.readFileSync(writeTo, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${writeTo} has no place for the tables: ${BEGIN} ... ${END}`);
  fs.writeFileSync(writeTo, before + text + after);
}
