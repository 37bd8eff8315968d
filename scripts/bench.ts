// `npm run bench`: every figure of the house in one run, beside the physical limit. `npm run bench -- store` for one part.
import { benchBot } from './bench-bot.ts';
import { benchDirectory } from './bench-directory.ts';
import { benchStore } from './bench-store.ts';
import { type Figure, printFigures } from './figure.ts';

const PARTS: Readonly<Record<string, { readonly title: string; readonly run: () => Promise<readonly Figure[]> }>> = {
  store: { title: 'The embedded store', run: benchStore },
  directory: { title: 'The directory', run: benchDirectory },
  bot: { title: 'The bot', run: benchBot },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
console.log(`Node ${process.version} on ${process.platform} ${process.arch}. Median of the rounds, spread, goal.`);
for (const [name, { title, run }] of Object.entries(PARTS)) {
  if (asked.length === 0 || asked.includes(name)) printFigures(title, await run());
}
