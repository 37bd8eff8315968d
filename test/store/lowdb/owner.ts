/** A process that takes a data folder, says so, and keeps it until it is killed. */
import { StoreOpenError } from '../../../src/store/lowdb/open.ts';
import { openIn } from './hands.ts';

const keep = setInterval(() => undefined, 60_000);
try {
  await openIn(process.argv[2] ?? '');
  console.log('taken');
} catch (error) {
  clearInterval(keep);
  console.log(error instanceof StoreOpenError ? error.code : String(error));
}
