// Runs tools as tasks, as the TypeScript SDK of the first generation does. Argument: url. Prints what was seen of each.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const client = new Client({ name: 'integration-test', version: '1' }, { capabilities: { elicitation: {} } });
const questions = [];
client.setRequestHandler(ElicitRequestSchema, request => {
  questions.push(request.params);
  return { action: 'accept', content: { confirm: true } };
});
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));
const { tools } = await client.listTools();

async function run(name, args = {}, task = { ttl: 60_000 }) {
  const seen = [];
  for await (const message of client.experimental.tasks.callToolStream({ name, arguments: args }, undefined, { task })) {
    seen.push(message.type === 'error' ? { type: 'error', code: message.error.code, message: message.error.message } : message);
  }
  return seen;
}

async function cancelled() {
  const seen = [];
  const options = { task: { ttl: 60_000 } };
  for await (const message of client.experimental.tasks.callToolStream({ name: 'slow_compute', arguments: { seconds: 60 } }, undefined, options)) {
    seen.push(message);
    if (message.type === 'taskCreated') {
      seen.push({ type: 'cancelled', task: await client.experimental.tasks.cancelTask(message.task.taskId) });
      break;
    }
  }
  return seen;
}

const seen = {
  capabilities: client.getServerCapabilities(),
  support: Object.fromEntries(tools.map(tool => [tool.name, tool.execution?.taskSupport])),
  slow: await run('slow_compute', { seconds: 0.2, label: 'soon' }),
  failing: await run('failing_job'),
  crashing: await run('protocol_error_job'),
  asking: await run('confirm_delete', { filename: 'a.txt' }),
  direct: await run('greet', { name: 'Ada' }),
  cancelled: await cancelled(),
  waited: await client.callTool({ name: 'failing_job', arguments: {} }),
  plain: await client.callTool({ name: 'slow_compute', arguments: { label: 'plain' } }),
  questions,
  list: await client.experimental.tasks.listTasks(),
};
await client.close();
console.log(JSON.stringify(seen));
