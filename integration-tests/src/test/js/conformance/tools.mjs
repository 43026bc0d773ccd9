// Tools that need nothing of the client.
import { setTimeout as pause } from 'node:timers/promises';
import { fromJsonSchema } from '@modelcontextprotocol/server';
import { audio, image, resource, result, text } from './samples.mjs';

const STEP_MILLIS = 50;

// One keyword of each kind that a gateway might take for its own.
const RICH_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

const HEADER_SCHEMA = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, query: { type: 'string' } },
};

export function registerTools(server, announce) {
  const tool = (name, description, run, inputSchema) =>
    server.registerTool(name, inputSchema ? { description, inputSchema } : { description }, run);

  tool('test_simple_text', 'Returns a text.', () => result(text('This is a simple text response for testing.')));
  tool('test_image_content', 'Returns an image.', () => result(image));
  tool('test_audio_content', 'Returns a sound.', () => result(audio));
  tool('test_embedded_resource', 'Returns a resource.', () =>
    result(resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')),
  );
  tool('test_multiple_content_types', 'Returns a text, an image and a resource.', () =>
    result(
      text('Multiple content types test:'),
      image,
      resource('test://mixed-content-resource', 'application/json', JSON.stringify({ test: 'data', value: 123 })),
    ),
  );
  tool('test_error_handling', 'Always fails.', () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  tool('test_tool_with_logging', 'Logs three lines while it runs.', async context => {
    await context.mcpReq.log('info', 'Tool execution started');
    await pause(STEP_MILLIS);
    await context.mcpReq.log('info', 'Tool processing data');
    await pause(STEP_MILLIS);
    await context.mcpReq.log('info', 'Tool execution completed');
    return result(text('Logged three lines.'));
  });
  tool('test_tool_with_progress', 'Reports progress three times while it runs.', async context => {
    const progressToken = context.mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        const params = { progressToken, progress, total: 100, message: `${progress} of 100` };
        await context.mcpReq.notify({ method: 'notifications/progress', params });
      }
      await pause(STEP_MILLIS);
    }
    return result(text('Progress was reported.'));
  });
  tool('test_logging_tool', 'Logs one line, if the client asked for logs.', async context => {
    await context.mcpReq.log('info', 'A line of test_logging_tool');
    return result(text('Logged.'));
  });
  tool('test_reconnection', 'Closes its stream in mid-call; the answer is for the client that resumes.', async context => {
    context.http?.closeSSE?.();
    await pause(2 * STEP_MILLIS);
    return result(text('The call went on without its stream.'));
  });
  tool('test_trigger_tool_change', 'Announces that the tools have changed.', () => {
    announce.toolsChanged();
    return result(text('Announced.'));
  });
  tool('test_trigger_prompt_change', 'Announces that the prompts have changed.', () => {
    announce.promptsChanged();
    return result(text('Announced.'));
  });
  tool(
    'test_x_mcp_header',
    'Has an argument that also travels as a header.',
    ({ region }) => result(text(`Region: ${region ?? 'none'}`)),
    fromJsonSchema(HEADER_SCHEMA),
  );
  tool(
    'json_schema_2020_12_tool',
    'Tool with JSON Schema 2020-12 features',
    () => result(text('Valid.')),
    fromJsonSchema(RICH_SCHEMA),
  );
}
