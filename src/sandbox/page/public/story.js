// What a newcomer may try, as data: lines to type, and a small tour that ticks itself off. Knows the cast by id, decides nothing.

/** Offered when the slash command is typed; the first few also where nothing was said yet. */
export const LINES = [
  { line: '/access request admin for 4h because INC-7 needs a billing change', says: 'Ask to be Admin for four hours' },
  { line: '/access provision @finn perplexity', says: 'Ask for an account for Finn, who is new' },
  { line: '/access lookup muller', says: 'Find somebody; typos and accents do not matter' },
  { line: '/access', says: 'See what you hold and what waits for you' },
  { line: '/access mine', says: 'What you hold and have asked for' },
  { line: '/access pending', says: 'What is waiting, for you or by you' },
  { line: '/access grant @dmitri admin for 2h because he covers for Carla', says: 'Ask for somebody else' },
  { line: '/access revoke admin', says: 'Give your own role back' },
  {
    line: '/access disable ivy@example.com perplexity because she has left',
    says: 'Switch off the account of somebody who left',
  },
  { line: '/access enable kim.larsen@example.com perplexity', says: 'Switch an account on again' },
  { line: '/access update zoe.mueller@example.com perdoo', says: 'Put somebody’s details right' },
  { line: '/access request editor for 4h because INC-12', says: 'Ask for a role in another app' },
  { line: '/access status', says: 'How the apps are doing (owners)' },
  { line: '/access list perplexity admins', says: 'Who is Admin (owners and auditors)' },
  { line: '/access history', says: 'What happened, newest first' },
  { line: '/access help', says: 'Everything it understands' },
];

const account = (world, email, app = 'perplexity') =>
  world.directories.find((each) => each.key === app)?.accounts.find((each) => each.email === email);
const holds = (world, email, role, app) =>
  account(world, email, app)?.roles.some((each) => each.name === role) ?? false;
/** A message with such a beginning is before whoever looks. */
const reads = (world, words) =>
  world.screen?.conversations.some(({ messages }) => messages.some(({ text }) => words.test(text))) ?? false;
const cards = (world, id) => world.people.find((person) => person.id === id)?.cards ?? 0;

const DAY = 86_400_000;

/**
 * `done(world, me, ticks)` is looked at whenever something changes, and once true stays true; `ticks` says how far ahead the clock was
 * when each step was done. `after` names steps that must have been done before.
 */
export const STEPS = [
  {
    id: 'ask',
    title: 'Ask for a role',
    text: 'You are Ada. Ask to be Admin for four hours, and say why.',
    offer: { label: 'Write it for me', as: 'U0ADA', line: LINES[0].line },
    done: (world) => cards(world, 'U0BEN') > 0,
  },
  {
    id: 'be',
    title: 'Be the manager',
    text: 'Ben is Ada’s manager. The number at his name says that something waits for him.',
    offer: { label: 'Be Ben', as: 'U0BEN' },
    after: ['ask'],
    done: (_, me) => me === 'U0BEN',
  },
  {
    id: 'approve',
    title: 'Approve, and watch the directory',
    text: 'Rolecall makes the change over SCIM, reads it back, and says so on Ada’s card.',
    after: ['ask'],
    done: (world) => holds(world, 'ada@example.com', 'Admin'),
  },
  {
    id: 'end',
    title: 'Let a day pass',
    text: 'Four hours later the role ends by itself. Move the clock and see it go.',
    offer: { label: 'Move the clock', clock: DAY },
    after: ['approve'],
    // A role that is given back is gone as well, but without a day.
    done: (world, _, ticks) =>
      world.clock.offset - ticks.get('approve') >= DAY && !holds(world, 'ada@example.com', 'Admin'),
  },
  {
    id: 'provision',
    title: 'Make an account for Finn',
    text: 'He is new. Anybody may ask; an owner, Carla or Dmitri, decides.',
    offer: { label: 'Write it for me', as: 'U0BEN', line: '/access provision @finn perplexity' },
    done: (world) => account(world, 'finn@example.com')?.active === true,
  },
  {
    id: 'disable',
    title: 'Switch off who has left',
    text: 'Ivy is gone, her account is not. Ben may ask, an owner decides. Then choose bad weather and try again.',
    offer: {
      label: 'Write it for me',
      as: 'U0BEN',
      line: '/access disable ivy@example.com perplexity because she has left',
    },
    done: (world) => account(world, 'ivy@example.com')?.active === false,
  },
  {
    id: 'update',
    title: 'Put a name right in Perdoo',
    text: 'Somebody typed Zoë’s name in a hurry. Correct her display name; Dmitri, the other owner, decides.',
    offer: {
      label: 'Write it for me',
      as: 'U0CARLA',
      line: '/access update zoe.mueller@example.com perdoo',
      app: 'perdoo',
    },
    done: (world) => {
      const zoe = account(world, 'zoe.mueller@example.com', 'perdoo');
      return zoe !== undefined && zoe.name !== 'Zoe Mueller';
    },
  },
  {
    id: 'drift',
    title: 'Go behind Rolecall’s back',
    text: 'Make Eve an Admin by hand, in the directory below. Rolecall finds it at its next look and asks the owners.',
    offer: {
      label: 'Do it for me',
      as: 'U0CARLA',
      line: '/access sync perplexity',
      app: 'perplexity',
      hand: { group: 'PPLX_Admin', account: 'eve@example.com' },
    },
    // Other cards begin like this, too: those of the first look when it is reviewed, and the one that says it has settled.
    done: (world) => reads(world, /^\*?Drift in Perplexity.*eve@example\.com.* holds Admin/),
  },
  {
    id: 'slow',
    title: 'Wait for Pearset',
    text: 'Approve this, too: the change is accepted at once and shows 20 to 40 minutes later. Move the clock, then.',
    offer: {
      label: 'Write it for me',
      as: 'U0ADA',
      line: '/access request editor for 4h because INC-12',
      app: 'pearset',
    },
    done: (world) => holds(world, 'ada@example.com', 'Editor', 'pearset'),
  },
];
