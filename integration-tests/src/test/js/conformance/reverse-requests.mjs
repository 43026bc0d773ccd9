// Tools that ask the client something while they run, as the revisions with sessions do it.
import { fromJsonSchema } from '@modelcontextprotocol/server';
import { result, text } from './samples.mjs';

const oneString = name => fromJsonSchema({ type: 'object', properties: { [name]: { type: 'string' } }, required: [name] });

const DEFAULTS = {
  name: { type: 'string', description: 'Name', default: 'John Doe' },
  age: { type: 'integer', description: 'Age', default: 30 },
  score: { type: 'number', description: 'Score', default: 95.5 },
  status: { type: 'string', description: 'Status', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', description: 'Verified', default: true },
};

const titled = (...titles) => titles.map((title, index) => ({ const: `value${index + 1}`, title }));

const ENUMS = {
  untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  titledSingle: { type: 'string', oneOf: titled('First Option', 'Second Option', 'Third Option') },
  legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
  untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
  titledMulti: { type: 'array', items: { anyOf: titled('First Choice', 'Second Choice', 'Third Choice') } },
};

export function registerReverseRequests(server) {
  const ask = (context, message, properties, required = []) =>
    context.mcpReq.send({
      method: 'elicitation/create',
      params: { message, requestedSchema: { type: 'object', properties, required } },
    });
  const outcome = answer => `action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`;

  server.registerTool(
    'test_sampling',
    { description: "Asks the client's model.", inputSchema: oneString('prompt') },
    async ({ prompt }, context) => {
      const messages = [{ role: 'user', content: text(prompt) }];
      const answer = await context.mcpReq.send({ method: 'sampling/createMessage', params: { messages, maxTokens: 100 } });
      return result(text(`LLM response: ${answer.content.text}`));
    },
  );
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the user for a name and an address.', inputSchema: oneString('message') },
    async ({ message }, context) => {
      const properties = {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" },
      };
      return result(text(`User response: ${outcome(await ask(context, message, properties, Object.keys(properties)))}`));
    },
  );
  server.registerTool(
    'test_elicitation_sep1034_defaults',
    { description: 'Asks with a default value of each type.' },
    async context => result(text(`Elicitation completed: ${outcome(await ask(context, 'Change what is wrong.', DEFAULTS))}`)),
  );
  server.registerTool(
    'test_elicitation_sep1330_enums',
    { description: 'Asks with an enumeration of each kind.' },
    async context => result(text(`Elicitation completed: ${outcome(await ask(context, 'Choose.', ENUMS))}`)),
  );
}
