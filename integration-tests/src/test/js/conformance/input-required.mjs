// Tools and a prompt that need input before they can answer, as the stateless revision does it.
import { acceptedContent, inputRequired, inputResponse } from '@modelcontextprotocol/server';
import { result, text } from './samples.mjs';

const TYPES = { string: { type: 'string' }, boolean: { type: 'boolean' } };

function ask(message, field, type = 'string') {
  const requestedSchema = { type: 'object', properties: { [field]: TYPES[type] }, required: [field] };
  return inputRequired.elicit({ message, requestedSchema });
}

function sample(prompt, maxTokens) {
  return inputRequired.createMessage({ messages: [{ role: 'user', content: text(prompt) }], maxTokens });
}

const accepted = (context, key, field) => acceptedContent(context.mcpReq.inputResponses, key)?.[field];
const answered = (context, key) => inputResponse(context.mcpReq.inputResponses, key);

export function registerInputRequired(server, states) {
  const tool = (name, description, run) =>
    server.registerTool(`test_input_required_result_${name}`, { description }, run);

  tool('elicitation', 'Asks for a name and greets.', context => {
    const name = accepted(context, 'user_name', 'name');
    return typeof name === 'string'
      ? result(text(`Hello, ${name}!`))
      : inputRequired({ inputRequests: { user_name: ask('What is your name?', 'name') } });
  });
  tool('sampling', "Asks the client's model for a capital.", context => {
    const answer = answered(context, 'capital_question');
    return answer.kind === 'sampling'
      ? result(text(answer.result.content.text))
      : inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?', 100) } });
  });
  tool('list_roots', "Asks for the client's roots.", context => {
    const answer = answered(context, 'client_roots');
    return answer.kind === 'roots'
      ? result(text(answer.roots.map(root => root.uri).join(', ')))
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });
  for (const name of ['request_state', 'tampered_state']) {
    tool(name, 'Asks for a confirmation and keeps its state with the client.', async context =>
      context.mcpReq.requestState()?.step === name && accepted(context, 'confirm', 'ok') !== undefined
        ? result(text('state-ok'))
        : inputRequired({
            inputRequests: { confirm: ask('Please confirm', 'ok', 'boolean') },
            requestState: await states.mint({ step: name }),
          }),
    );
  }
  tool('multiple_inputs', 'Asks the user, the model and the client at once.', async context => {
    const name = accepted(context, 'user_name', 'name');
    const greeting = answered(context, 'greeting');
    const roots = answered(context, 'client_roots');
    return name !== undefined && greeting.kind === 'sampling' && roots.kind === 'roots'
      ? result(text(`${greeting.result.content.text} ${name}, ${roots.roots.length} roots`))
      : inputRequired({
          inputRequests: {
            user_name: ask('What is your name?', 'name'),
            greeting: sample('Generate a greeting', 50),
            client_roots: inputRequired.listRoots(),
          },
          requestState: await states.mint({ step: 'multiple' }),
        });
  });
  tool('multi_round', 'Asks twice, the second time with the first answer in its state.', async context => {
    const state = context.mcpReq.requestState();
    const name = accepted(context, 'step1', 'name');
    const color = accepted(context, 'step2', 'color');
    if (state?.name !== undefined && color !== undefined) {
      return result(text(`${state.name} likes ${color}.`));
    }
    return name === undefined
      ? inputRequired({
          inputRequests: { step1: ask('Step 1: What is your name?', 'name') },
          requestState: await states.mint({ step: 1 }),
        })
      : inputRequired({
          inputRequests: { step2: ask('Step 2: What is your favorite color?', 'color') },
          requestState: await states.mint({ step: 2, name }),
        });
  });
  tool('capabilities', 'Asks only what the client has declared to answer.', context => {
    const declared =
      context.mcpReq.envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? server.server.getClientCapabilities() ?? {};
    const inputRequests = {
      ...(declared.sampling && { greeting: sample('Generate a greeting', 50) }),
      ...(declared.elicitation && { user_name: ask('What is your name?', 'name') }),
      ...(declared.roots && { client_roots: inputRequired.listRoots() }),
    };
    const done = context.mcpReq.inputResponses !== undefined || Object.keys(inputRequests).length === 0;
    return done ? result(text('Asked enough.')) : inputRequired({ inputRequests });
  });
  server.registerTool(
    'test_streaming_elicitation',
    { description: 'Asks for a confirmation in the stream of its answer.' },
    context =>
      accepted(context, 'confirm', 'ok') === undefined
        ? inputRequired({ inputRequests: { confirm: ask('Please confirm', 'ok', 'boolean') } })
        : result(text('Confirmed.')),
  );
  // Asked without a look at what the client has declared: the SDK refuses for it.
  server.registerTool('test_missing_capability', { description: 'Needs a client that does sampling.' }, context => {
    const answer = answered(context, 'greeting');
    return answer.kind === 'sampling'
      ? result(text(answer.result.content.text))
      : inputRequired({ inputRequests: { greeting: sample('Generate a greeting', 50) } });
  });
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks for its context.' }, context => {
    const given = accepted(context, 'user_context', 'context');
    return given === undefined
      ? inputRequired({ inputRequests: { user_context: ask('What context should the prompt use?', 'context') } })
      : { messages: [{ role: 'user', content: text(`In the context of ${given}.`) }] };
  });
}
