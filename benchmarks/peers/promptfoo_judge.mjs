// promptfoo judging given answers by a rubric: run by node, with promptfoo's folder, address and number.
//
// It knows nothing of Vouch. The last line of output is [CPU seconds, wall seconds, MB grown] of the evaluation.

import path from 'node:path';
import { pathToFileURL } from 'node:url';

process.env.PROMPTFOO_DISABLE_TELEMETRY = '1';
process.env.PROMPTFOO_DISABLE_UPDATE = '1';
process.env.PROMPTFOO_CONFIG_DIR = path.join(process.cwd(), 'promptfoo');

const [place, address, count] = process.argv.slice(2);
const n = Number(count);
const { default: promptfoo } = await import(pathToFileURL(path.join(place, 'dist', 'src', 'index.js')));

const judge = { id: 'openai:chat:gpt-4o-mini', config: { apiBaseUrl: address, apiKey: 'none' } };
const tests = Array.from({ length: n }, (_, number) => ({
  vars: {
    question: `Question ${number}: which of the many rules of this shop holds here, and why so?`,
    answer: `The rule that holds is number ${number}, because it is the first that applies here.`,
  },
  assert: [{ type: 'llm-rubric', value: 'It answers "{{question}}" with "The first."', provider: judge }],
}));
const suite = { prompts: ['{{answer}}'], providers: ['echo'], tests, writeLatestResults: false };

const grown = process.resourceUsage().maxRSS;
const cpu = process.cpuUsage();
const wall = performance.now();
const found = await promptfoo.evaluate(suite, { maxConcurrency: 50, cache: false, showProgressBar: false });
const took = performance.now() - wall;
const spent = process.cpuUsage(cpu);
const { results } = await found.toEvaluateSummary();
if (results.length !== n || !results.every((result) => result.success && result.score === 4)) {
  throw new Error(`not all were judged: ${JSON.stringify(results.slice(0, 1))}`);
}
const peak = process.resourceUsage().maxRSS;
console.log(JSON.stringify([(spent.user + spent.system) / 1e6, took / 1e3, (peak - grown) / 1024]));
process.exit(0);
