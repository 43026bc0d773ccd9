// The tasks extension of the stateless revision, which SDK 2.4.0 does not have: tools that run as tasks for clients that
// declare the extension. Written out by hand in front of the SDK, which serves everything else.
import { randomUUID } from 'node:crypto';
import { fromJsonSchema } from '@modelcontextprotocol/server';
import { result, text } from './samples.mjs';

export const EXTENSION = 'io.modelcontextprotocol/tasks';

const HEADER_MISMATCH = -32020;
const MISSING_CAPABILITY = -32021;
const INVALID_PARAMS = -32602;
const INTERNAL = -32603;
const POLL_MILLIS = 100;
const TTL_MILLIS = 60_000;
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

const object = properties => fromJsonSchema({ type: 'object', properties });
const confirmation = message => ({
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message,
    requestedSchema: { type: 'object', properties: { confirm: { type: 'boolean' } }, required: ['confirm'] },
  },
});

const computed = args => result(text(`computed ${args.label ?? 'something'}`));
const failed = () => ({ ...result(text('the job failed')), isError: true });

// What each tool does as a task: `run` is called once, and again whenever everything that it asked for was answered.
const TASKS = {
  slow_compute: {
    description: 'Computes for some seconds.',
    inputSchema: object({ seconds: { type: 'number' }, label: { type: 'string' } }),
    run: (task, args) => task.later((args.seconds ?? 1) * 1000, () => task.complete(computed(args))),
    direct: computed,
  },
  failing_job: {
    description: 'Fails as tools fail; only as a task.',
    run: task => task.later(1000, () => task.complete(failed())),
  },
  protocol_error_job: {
    description: 'Fails as requests fail.',
    run: task => task.later(50, () => task.fail({ code: INTERNAL, message: 'the job crashed' })),
    direct: failed,
  },
  confirm_delete: {
    description: 'Asks before it deletes nothing.',
    inputSchema: object({ filename: { type: 'string' } }),
    run: (task, args, answers) =>
      answers.confirmation
        ? task.complete(result(text(`${args.filename}: ${JSON.stringify(answers.confirmation)}`)))
        : task.ask({ confirmation: confirmation(`Delete ${args.filename}?`) }),
    direct: () => result(text('nothing was deleted')),
  },
  multi_input: {
    description: 'Asks two things at once.',
    run: (task, args, answers) =>
      answers.first && answers.second
        ? task.complete(result(text(JSON.stringify(answers))))
        : task.ask({ first: confirmation('First?'), second: confirmation('Second?') }),
    direct: () => result(text('nothing was asked')),
  },
  test_tool_with_task: {
    description: 'Asks for a name before it becomes a task; only as a task.',
    run: (task, args, answers) => task.later(50, () => task.complete(result(text(`Hello, ${answers.user_name.content.name}!`)))),
    before: params =>
      params.inputResponses?.user_name?.content?.name
        ? null
        : {
            resultType: 'input_required',
            inputRequests: {
              user_name: {
                method: 'elicitation/create',
                params: {
                  mode: 'form',
                  message: 'What is your name?',
                  requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
                },
              },
            },
          },
  },
};

export function registerTaskTools(server) {
  server.registerTool(
    'greet',
    { description: 'Greets, never as a task.', inputSchema: object({ name: { type: 'string' } }) },
    ({ name }) => result(text(`Hello, ${name}!`)),
  );
  for (const [name, { description, inputSchema, direct }] of Object.entries(TASKS)) {
    const run = direct ?? (() => ({ ...result(text(`${name} runs as a task only`)), isError: true }));
    server.registerTool(name, inputSchema ? { description, inputSchema } : { description }, run);
  }
}

class Task {
  #tool;
  #arguments;
  #answers;
  #timer;
  state;

  constructor(tool, args, answers) {
    const now = new Date().toISOString();
    this.#tool = tool;
    this.#arguments = args;
    this.#answers = answers;
    this.state = {
      taskId: randomUUID(),
      status: 'working',
      createdAt: now,
      lastUpdatedAt: now,
      ttlMs: TTL_MILLIS,
      pollIntervalMs: POLL_MILLIS,
    };
    setTimeout(() => tasks.delete(this.state.taskId), TTL_MILLIS).unref();
    tool.run(this, args, answers);
  }

  #become(status, more) {
    if (this.#timer) {
      clearTimeout(this.#timer);
    }
    const { inputRequests, ...rest } = this.state;
    this.state = { ...rest, status, lastUpdatedAt: new Date().toISOString(), ...more };
  }

  later(millis, action) {
    this.#timer = setTimeout(action, millis);
  }

  ask(inputRequests) {
    this.#become('input_required', { inputRequests });
  }

  complete(value) {
    this.#become('completed', { result: value });
  }

  fail(error) {
    this.#become('failed', { error });
  }

  cancel() {
    if (this.state.status === 'working' || this.state.status === 'input_required') {
      this.#become('cancelled');
    }
  }

  update(inputResponses) {
    const open = { ...this.state.inputRequests };
    for (const [key, answer] of Object.entries(inputResponses ?? {}).filter(([known]) => known in open)) {
      this.#answers[key] = answer;
      delete open[key];
    }
    if (this.state.status === 'input_required') {
      if (Object.keys(open).length > 0) {
        this.ask(open);
      } else {
        this.#become('working');
        this.#tool.run(this, this.#arguments, this.#answers);
      }
    }
  }
}

const tasks = new Map();

const missing = [400, MISSING_CAPABILITY, 'This takes the tasks extension', { requiredCapabilities: { extensions: { [EXTENSION]: {} } } }];

// The answer to a call of a tool that runs as a task; null if it runs as any other.
function call(params, declared) {
  const tool = Object.hasOwn(TASKS, params.name) ? TASKS[params.name] : null;
  if (!tool || (!declared && tool.direct)) {
    return null;
  }
  if (!declared) {
    return { refusal: missing };
  }
  const question = tool.before?.(params);
  if (question) {
    return { result: question };
  }
  const task = new Task(tool, params.arguments ?? {}, { ...params.inputResponses });
  tasks.set(task.state.taskId, task);
  const { inputRequests, result: ended, error, ...created } = task.state;
  return { result: { resultType: 'task', ...created } };
}

const METHODS = {
  'tasks/get': task => ({ resultType: 'complete', ...task.state }),
  'tasks/update': (task, params) => {
    task.update(params.inputResponses);
    return { resultType: 'complete' };
  },
  'tasks/cancel': task => {
    task.cancel();
    return { resultType: 'complete' };
  },
};

function ask({ method, params }, declared) {
  if (!declared) {
    return { refusal: missing };
  }
  const task = tasks.get(params.taskId);
  return task
    ? { result: METHODS[method](task, params) }
    : { refusal: [200, INVALID_PARAMS, `No task ${params.taskId}`] };
}

const isAsked = body => Object.hasOwn(METHODS, body?.method ?? '');

const answered = ({ id }, served) => {
  const [status, code, message, data] = served.refusal ?? [200];
  const outcome = served.refusal ? { error: { code, message, ...(data && { data }) } } : { result: served.result };
  return { status, message: { jsonrpc: '2.0', id, ...outcome } };
};

// The answer to a message of the extension, with its HTTP status; null if the message is for the SDK.
export function taskAnswer(body) {
  const params = body?.params ?? {};
  const declared = params._meta?.[CAPABILITIES]?.extensions?.[EXTENSION] !== undefined;
  const served = isAsked(body) ? ask(body, declared) : body?.method === 'tools/call' ? call(params, declared) : null;
  return served && answered(body, served);
}

function overHttp(body, headers) {
  const named = headers['mcp-method'] === body?.method;
  if (isAsked(body)) {
    return named && headers['mcp-name'] === body.params?.taskId
      ? taskAnswer(body)
      : answered(body, { refusal: [400, HEADER_MISMATCH, 'The headers are not what the body says'] });
  }
  // What does not fit is refused by the SDK.
  return named && headers['mcp-name'] === body?.params?.name ? taskAnswer(body) : null;
}

// Serves a request of the extension; false if it is for the SDK.
export function serveTasks(request, response, body) {
  const answer = overHttp(body, request.headers);
  if (!answer) {
    return false;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.message));
  return true;
}

// Answers what belongs to the extension on standard output, and passes the other lines of standard input on.
export function passOnWithoutTasks(lines, passed) {
  lines.on('line', line => {
    const answer = taskAnswer(parsed(line));
    if (answer) {
      process.stdout.write(JSON.stringify(answer.message) + '\n');
    } else {
      passed.write(line + '\n');
    }
  });
  lines.on('close', () => passed.end());
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null; // The SDK says so.
  }
}
