// Stands in for the gateway, or in front of it, with one fault: shows that the tests notice. Passes everything on as it comes
// if no fault is named. Prints its URL once it listens.
//
// Arguments: the URL to pass on to, the name of a fault.
import http from 'node:http';

const target = new URL(process.argv[2]);
const fault = process.argv[3] ?? 'none';
const CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
let shared;

// What is changed in a message of the client; undefined swallows it.
const fromClient = {
  'prefix-tools': message => rename(message, name => name.replace(/^up_/, '')),
  'drop-client-responses': message => (message.method === undefined ? undefined : message),
  'drop-meta': message => {
    delete message.params?._meta?.progressToken;
    return message;
  },
  'strip-capabilities': message => {
    if (message.method === 'initialize') {
      message.params.capabilities = {};
    }
    if (message.params?._meta?.[CLIENT_CAPABILITIES]) {
      message.params._meta[CLIENT_CAPABILITIES] = {};
    }
    return message;
  },
};

// What is changed in a message of the server; undefined swallows it.
const fromServer = {
  'prefix-tools': message => {
    message.result?.tools?.forEach(tool => (tool.name = `up_${tool.name}`));
    return message;
  },
  'drop-notifications': message => (message.method && message.id === undefined ? undefined : message),
  'drop-server-requests': message => (message.method && message.id !== undefined ? undefined : message),
  'string-ids': message => (message.method ? message : { ...message, id: String(message.id) }),
  'strip-result-fields': message => {
    for (const field of ['resultType', 'ttlMs', 'cacheScope']) {
      delete message.result?.[field];
    }
    return message;
  },
  'one-error-code': message => (message.error ? { ...message, error: { code: -32603, message: 'Internal error' } } : message),
};

function rename(message, change) {
  if (message.method === 'tools/call') {
    message.params.name = change(message.params.name);
  }
  return message;
}

function headers(request) {
  const result = { ...request.headers };
  delete result['content-length'];
  delete result['transfer-encoding'];
  delete result.connection;
  if (fault === 'any-host') {
    result.host = target.host;
    delete result.origin;
  }
  if (fault === 'drop-mcp-headers') {
    delete result['mcp-method'];
    delete result['mcp-name'];
  }
  if (fault === 'drop-last-event-id') {
    delete result['last-event-id'];
  }
  return result;
}

async function serve(request, response) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  if ((fault === 'no-get-stream' && request.method === 'GET') || (fault === 'no-delete' && request.method === 'DELETE')) {
    response.writeHead(405).end();
    return;
  }
  if (fault === 'keep-deleted-sessions' && request.method === 'DELETE') {
    response.writeHead(200).end();
    return;
  }
  let body = Buffer.concat(chunks);
  if (request.method === 'POST' && fromClient[fault]) {
    const changed = fromClient[fault](JSON.parse(body));
    if (!changed) {
      response.writeHead(202).end();
      return;
    }
    body = Buffer.from(JSON.stringify(changed));
  }
  if (fault === 'share-session' && isInitialize(request, body)) {
    await answerFromSharedSession(request, body, response);
    return;
  }
  const sent = http.request(target, { method: request.method, headers: { ...headers(request), 'content-length': body.length } });
  sent.on('response', answer => relay(answer, response).catch(() => response.destroy()));
  sent.on('error', () => response.destroy());
  if (fault !== 'ignore-disconnect') {
    response.on('close', () => sent.destroy());
  }
  sent.end(body);
}

async function relay(answer, response) {
  const type = answer.headers['content-type'] ?? '';
  const change = message => (fromServer[fault] ? fromServer[fault](message) : message);
  const kept = { ...answer.headers };
  delete kept['content-length'];
  delete kept['transfer-encoding'];
  if (type.startsWith('text/event-stream') && fault === 'json-only') {
    const messages = [];
    await eachEvent(answer, event => event.message && messages.push(event.message));
    response.writeHead(answer.statusCode, { ...kept, 'content-type': 'application/json' });
    response.end(JSON.stringify(messages.at(-1)));
  } else if (type.startsWith('text/event-stream')) {
    const held = [];
    const write = text => (fault === 'buffer-stream' ? held.push(text) : response.write(text));
    response.writeHead(answer.statusCode, kept);
    response.flushHeaders();
    await eachEvent(answer, event => {
      const message = event.message && change(event.message);
      if (!event.message || message) {
        write(event.fields.join('\n') + (message ? `\ndata: ${JSON.stringify(message)}` : '') + '\n\n');
      }
    });
    response.end(held.join(''));
  } else {
    const chunks = [];
    for await (const chunk of answer) {
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks).toString('utf8');
    response.writeHead(answer.statusCode, kept);
    response.end(type.startsWith('application/json') && body ? JSON.stringify(change(JSON.parse(body))) : body);
  }
}

// Calls back for each event, with its message, if it has one, and its other lines as they are.
async function eachEvent(stream, heard) {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const events = (rest + chunk).split(/\r?\n\r?\n/);
    rest = events.pop();
    for (const event of events) {
      const lines = event.split(/\r?\n/);
      const data = lines.filter(line => line.startsWith('data:')).map(line => line.slice(5).trim()).join('\n');
      const fields = lines.filter(line => !line.startsWith('data:') || data === '');
      heard({ fields, message: data ? JSON.parse(data) : undefined });
    }
  }
}

function isInitialize(request, body) {
  return request.method === 'POST' && JSON.parse(body).method === 'initialize';
}

// The first client's session is everybody's.
async function answerFromSharedSession(request, body, response) {
  shared ??= fetch(target, { method: 'POST', headers: { ...headers(request), host: target.host }, body }).then(async answer => ({
    session: answer.headers.get('mcp-session-id'),
    text: await answer.text(),
    type: answer.headers.get('content-type'),
  }));
  const { session, text, type } = await shared;
  response.writeHead(200, { 'content-type': type, 'mcp-session-id': session });
  response.end(text.replace(/"id":[^,}]+/, `"id":${JSON.stringify(JSON.parse(body).id)}`));
}

const front = http.createServer((request, response) => serve(request, response).catch(() => response.destroy()));
front.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${front.address().port}${target.pathname}`));
