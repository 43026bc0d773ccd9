// Prompts that answer at once.
import { completable } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { image, resource, text } from './samples.mjs';

const CITIES = ['paris', 'park', 'party', 'prague'];

const user = (...contents) => ({ messages: contents.map(content => ({ role: 'user', content })) });

export function registerPrompts(server) {
  server.registerPrompt('test_simple_prompt', { description: 'Has no arguments.' }, () =>
    user(text('This is a simple prompt for testing.')),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'Has two arguments.',
      argsSchema: z.object({
        arg1: completable(z.string().describe('First test argument'), begun => CITIES.filter(city => city.startsWith(begun))),
        arg2: z.string().describe('Second test argument'),
      }),
    },
    ({ arg1, arg2 }) => user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    {
      description: 'Embeds the resource that it is given.',
      argsSchema: z.object({ resourceUri: z.string().describe('URI of the resource to embed') }),
    },
    ({ resourceUri }) =>
      user(
        resource(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
        text('Please process the embedded resource above.'),
      ),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'Embeds an image.' }, () =>
    user(image, text('Please analyze the image above.')),
  );
}
