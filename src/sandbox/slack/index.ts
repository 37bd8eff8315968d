// The door of the sandbox's Slack: one workspace on node:http and ws that speaks Slack's wire. Knows nothing of the bot it serves.
export type * from './contract.ts';
