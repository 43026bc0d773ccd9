// Runs steps given as JSON on standard input ([{"do": "callTool", "with": {...}}, ...]) against a connected client and
// prints the results, or the errors, as one JSON array.
import { text } from 'node:stream/consumers';

export async function runSteps(client, transport) {
  const steps = JSON.parse(await text(process.stdin));
  await client.connect(transport);
  const results = [{ server: client.getServerVersion(), capabilities: client.getServerCapabilities() }];
  for (const step of steps) {
    try {
      results.push(await client[step.do](...(step.with === undefined ? [] : [step.with])));
    } catch (failure) {
      results.push({ error: { code: failure.code, message: failure.message } });
    }
  }
  await client.close();
  console.log(JSON.stringify(results));
}
