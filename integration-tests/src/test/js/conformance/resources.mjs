// Three resources and a template. Subscriptions are accepted; nothing here ever changes.
import { ResourceTemplate } from '@modelcontextprotocol/server';
import { PNG } from './samples.mjs';

export function registerResources(server) {
  const fixed = (name, uri, mimeType, description, body) =>
    server.registerResource(name, uri, { mimeType, description }, () => ({ contents: [{ uri, mimeType, ...body }] }));

  fixed('Static text', 'test://static-text', 'text/plain', 'A text.', {
    text: 'This is the content of the static text resource.',
  });
  fixed('Static binary', 'test://static-binary', 'image/png', 'An image.', { blob: PNG });
  fixed('Watched resource', 'test://watched-resource', 'text/plain', 'A text to subscribe to.', {
    text: 'Nothing has changed yet.',
  });
  server.registerResource(
    'Template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json', description: 'Data for an id.' },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  );
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}
