// What the conformance suite runs as the client under test: a client on the TypeScript SDK that does what the scenario in
// MCP_CONFORMANCE_SCENARIO asks for. With a gateway in between, the suite judges what the gateway sends.
//
// Arguments: era ("legacy" or "auto"), where to ask for a gateway in front of a URL ("-" for none), the URL of the suite.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [era, gateways, suiteUrl] = process.argv.slice(2);
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');

const authorizes = scenario.startsWith('auth/');
const wish = { url: suiteUrl };
if (authorizes) {
  wish.oauth = { clientId: context.client_id, clientSecret: context.client_secret, privateKey: context.private_key_pem };
  if (scenario.startsWith('auth/client-credentials')) wish.oauth.grant = 'client-credentials';
  if (scenario === 'auth/basic-cimd') wish.oauth.clientMetadataUrl = 'https://conformance-test.local/client-metadata.json';
}

const url = gateways === '-' ? suiteUrl : await (await fetch(gateways, { method: 'POST', body: JSON.stringify(wish) })).text();

async function connect(elicitation) {
  const capabilities = elicitation ? { elicitation: { form: { applyDefaults: true } } } : {};
  const client = new Client({ name: 'conformance-client', version: '1.0.0' }, { capabilities, versionNegotiation: { mode: era } });
  if (elicitation) {
    client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: elicitation }));
  }
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

const call = (client, name, args = {}) => client.callTool({ name, arguments: args });

const scenarios = {
  initialize: async client => client.listTools(),
  tools_call: async client => {
    await client.listTools();
    return call(client, 'add_numbers', { a: 5, b: 3 });
  },
  'sse-retry': async client => {
    await client.listTools();
    return call(client, 'test_reconnection');
  },
  'elicitation-sep1034-client-defaults': async client => {
    await client.listTools();
    return call(client, 'test_client_elicitation_defaults');
  },
  'request-metadata': async client => client.listTools(),
  'sep-2322-client-request-state': async client => {
    await client.listTools();
    const names = ['test_mrtr_echo_state', 'test_mrtr_unrelated', 'test_mrtr_no_state', 'test_mrtr_no_result_type'];
    await Promise.allSettled(names.map(name => call(client, name)));
  },
  'http-standard-headers': async client => {
    const { tools } = await client.listTools();
    const { resources } = await client.listResources();
    const { prompts } = await client.listPrompts();
    await call(client, tools[0].name);
    await client.readResource({ uri: resources[0].uri });
    return client.getPrompt({ name: prompts[0].name });
  },
  'http-custom-headers': async client => {
    await client.listTools();
    for (const { name, arguments: args } of context.toolCalls) {
      await call(client, name, args);
    }
  },
  'http-invalid-tool-headers': async client => {
    // Everything that is listed is called, so that a gateway that lists too much is found out.
    const { tools } = await client.listTools();
    for (const tool of tools) {
      await call(client, tool.name, Object.fromEntries(Object.keys(tool.inputSchema.properties).map(key => [key, 'x'])));
    }
  },
  'json-schema-ref-no-deref': async client => client.listTools(),
  'json-schema-2020-12-preservation': async client => {
    const { tools } = await client.listTools();
    const echo = tools.find(tool => tool.name !== 'json_schema_2020_12_tool');
    const { inputSchema } = tools.find(tool => tool.name === 'json_schema_2020_12_tool');
    return call(client, echo.name, { schema: inputSchema });
  },
};

// What a person does who reads GW-1510: opens the page it names in a browser, which follows wherever it is sent.
async function authorize(page) {
  const cookies = [];
  for (let next = page; next; ) {
    const answer = await fetch(next, { redirect: 'manual', headers: cookies.length ? { cookie: cookies.join('; ') } : {} });
    cookies.push(...answer.headers.getSetCookie().map(cookie => cookie.split(';')[0]));
    const location = answer.headers.get('location');
    if (!location && !answer.ok) throw new Error(`${answer.status} at ${next}: ${await answer.text()}`);
    next = location && new URL(location, next).href;
  }
}

// Calls a tool, and again after every authorization that it turns out to need.
async function callAuthorized(client) {
  for (let round = 0; ; round++) {
    let problem;
    try {
      const answer = await call(client, 'test-tool');
      if (!answer.isError) return answer;
      problem = JSON.stringify(answer);
    } catch (failure) {
      problem = `${failure.message}`;
    }
    console.log(`round ${round}: ${problem}`);
    const page = problem.match(/http:\/\/\S+\/oauth\/start\/[\w.-]+/)?.[0];
    if (!page || round > 5) throw new Error(problem);
    await authorize(page);
  }
}

const asked = { 'elicitation-sep1034-client-defaults': {}, 'sep-2322-client-request-state': { confirmed: true } };
const client = await connect(asked[scenario]);
await (authorizes ? callAuthorized(client) : scenarios[scenario](client));
await client.close();
// To the suite the gateway is the client, and a client that is done keeps no stream open.
if (gateways !== '-') await fetch(gateways, { method: 'DELETE' });
