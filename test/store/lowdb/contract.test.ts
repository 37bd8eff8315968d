/**
 * The embedded store keeps the contract: as it comes, and with segments and checkpoints so small that they get in the
 * way, and batches that overtake the disk.
 */
import type { StoreOptions } from '../../../src/store/lowdb/open.ts';
import { type Opened, storeContract } from '../contract.ts';
import { fickle, hands, openIn, temporaryFolder } from './hands.ts';

const open = (more: Partial<StoreOptions>) => async (): Promise<Opened> => {
  const { dir, remove } = await temporaryFolder();
  const clock = hands();
  let { store } = await openIn(dir, clock, more);
  return {
    store,
    clock,
    async reopen() {
      await store.close();
      ({ store } = await openIn(dir, clock, more));
      return store;
    },
    async remove() {
      await store.close();
      await remove();
    },
  };
};

storeContract({ name: 'embedded', open: open({}) });
storeContract({
  name: 'embedded, tiny segments',
  open: open({ segmentBytes: 2000, checkpointEvery: 3, stopwatch: fickle() }),
});
