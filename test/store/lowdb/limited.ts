/** A process whose files may not grow beyond a limit: commits until one is refused, and says each that was kept. */
import { AccessError } from '../../../src/access/errors.ts';
import { putOnce } from '../records.ts';
import { openIn } from './hands.ts';

process.on('SIGXFSZ', () => undefined);
const { store } = await openIn(process.argv[2] ?? '');
for (let n = 0; store.health().writable; n++) {
  try {
    await store.commit([`once:${n}`], () => ({ put: [putOnce(`${n}`, 1, 'x'.repeat(900))], result: undefined }));
    console.log(n);
  } catch (error) {
    const code = error instanceof AccessError ? error.refusal.code : String(error);
    console.log(`refused ${code} ${store.health().detail}`);
  }
}
// What is left behind is what a crash would leave.
process.exit(0);
