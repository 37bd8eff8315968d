/**
 * The cards: state × reader → message. Pure; the one door through which the rest of Slack's edge uses them.
 */
export { pausedMessage, statusCard, syncedMessage, usedMessage } from './app-status.ts';
export { ACTIONS, type ActionId, type Address, addressOf, type CardContext, type Message } from './card.ts';
export { driftCard } from './drift.ts';
export { historyCard } from './history.ts';
export { hubCard, mineCard, pendingCard } from './hub.ts';
export { listCard } from './list.ts';
export { lookupCard } from './lookup.ts';
export { noticeCard } from './notice.ts';
export { refusalMessage } from './refusal.ts';
export { gotItMessage, helpMessage, linkedMessage, replyMessage } from './replies.ts';
export { requestCard } from './request.ts';
