/**
 * Short answers: help, words not understood, "got it", and what the edge itself has to say.
 */
import type { SlackId } from '../../access/people.ts';
import type { AccessRequest } from '../../access/request.ts';
import { actions, button, message, oneSentence, section } from '../blocks.ts';
import { VERBS, type Verb } from '../command/verbs.ts';
import type { Command } from '../command.ts';
import { type Deal, dealOf } from '../text/deal.ts';
import { bold, code, join, mention, say, type Words } from '../text/words.ts';
import { ACTIONS, type CardContext, type Message, type Pen, penFor } from './card.ts';

/** A request that has just been stored. */
export type Asked = Pick<AccessRequest, 'ask' | 'picked'>;

const VERB_NAMES = Object.keys(VERBS).filter((verb): verb is Verb => Object.hasOwn(VERBS, verb));

/** help, unknown verb, a verb of later. */
export function helpMessage(
  command: Extract<Command, { kind: 'help' | 'unknown' | 'later' }>,
  ctx: CardContext,
): Message {
  const pen = penFor(ctx);
  const { t, n } = pen;
  switch (command.kind) {
    case 'help':
      return command.topic === undefined ? allHelp(pen) : oneSentence(topicHelp(command.topic, pen));
    case 'later':
      return oneSentence(t.help.later(command.what, n.command), [helpButton(pen)]);
    case 'unknown':
      return oneSentence(
        command.suggestion === undefined
          ? t.help.unknown(command.given, n.command)
          : t.help.didYouMean(command.given, command.suggestion, n.command),
        [helpButton(pen)],
      );
  }
}

const helpButton = ({ t }: Pen) => actions([button(t.labels.buttons.help, ACTIONS.help)]);

function allHelp({ t, n }: Pen): Message {
  const title = say`${bold(t.labels.headings.help)}`;
  const lines = VERB_NAMES.map(
    (verb) => say`${code(`${n.command} ${VERBS[verb].usage}`)}\n${t.help.descriptions[verb]}`,
  );
  return message(title, [
    section(title),
    section(t.help.intro(n.command)),
    section(join(lines, '\n')),
    section(t.help.persons),
  ]);
}

function topicHelp(verb: Verb, { t, n }: Pen): Words {
  const { usage, example, who } = VERBS[verb];
  return join(
    [
      say`${code(`${n.command} ${usage}`)}`,
      say`${t.help.descriptions[verb]} ${t.help.audiences[who]}`,
      // As one types it: Slack turns the name into a mention.
      t.help.example(`${n.command} ${example.replace(/<@[^>]*>/u, '@Bob')}`),
    ],
    '\n',
  );
}

/** After `link`. */
export function linkedMessage(
  result: { readonly name: string; readonly apps: readonly string[] },
  person: SlackId,
  ctx: CardContext,
): Message {
  const { t, n } = penFor(ctx);
  const who = mention(person.user, '');
  return oneSentence(
    result.apps.length === 0
      ? t.help.replies.linkedNowhere(result.name, who)
      : t.help.replies.linked(result.name, who, t.small.names(result.apps.map((app) => n.app(app)))),
  );
}

/** What an ask asks for, before more about it is known than how the account is called that was picked. */
export function askDeal({ ask, picked }: Asked, { n }: Pen): Deal {
  const nobody: SlackId = { team: '', user: '' };
  const draft: AccessRequest = {
    id: '',
    rev: 0,
    state: 'received',
    ask,
    ...(picked === undefined ? {} : { picked }),
    requester: { slack: nobody, name: '' },
    receivedAt: 0,
    steps: [],
    decisions: [],
    cards: [],
  };
  const deal = dealOf(draft, { reader: 'requester', slack: nobody }, n);
  return { ...deal, byYou: true, aboutYou: ask.subject.kind === 'me' };
}

/** "Got it…": the ask is stored, the card follows. */
export function gotItMessage(asked: Asked, ctx: CardContext): Message {
  const pen = penFor(ctx);
  return oneSentence(pen.t.help.replies.gotIt(pen.t.requests.thingInside(askDeal(asked, pen))));
}

/** The short answers of the edge itself. */
export function replyMessage(
  reply:
    | { readonly kind: 'stale_button' }
    | { readonly kind: 'unavailable' }
    | { readonly kind: 'failed'; readonly reference: string }
    | { readonly kind: 'restarted' }
    | { readonly kind: 'telling_owners' },
  ctx: CardContext,
): Message {
  const { t, n } = penFor(ctx);
  const { replies } = t.help;
  switch (reply.kind) {
    case 'stale_button':
      return oneSentence(replies.staleButton(n.command));
    case 'unavailable':
      return oneSentence(replies.unavailable);
    case 'failed':
      return oneSentence(replies.failed(reply.reference));
    case 'restarted':
      return oneSentence(replies.restarted);
    case 'telling_owners':
      return oneSentence(replies.tellingOwners);
  }
}
