// The parts of the workspace that the Web API and the people act on, gathered in one record. Holds no logic of its own.

import type { Timing } from './contract.ts';
import type { Conversations } from './conversations.ts';
import type { Installation, Mint } from './identity.ts';
import type { RateLimits } from './limits.ts';
import type { Manifest } from './manifest.ts';
import type { Modals } from './modals.ts';
import type { People } from './people.ts';
import type { Traffic } from './traffic.ts';

export type World = {
  app: Installation;
  mint: Mint;
  now: () => number;
  timing: Timing;
  manifest: Manifest;
  people: People;
  conversations: Conversations;
  modals: Modals;
  rates: RateLimits;
  traffic: Traffic;
};
