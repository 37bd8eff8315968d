/**
 * The slash command: typed text → one call of the desk or a form. Grammar is the parser's, rules are the desk's.
 */
import { AccessError, type Refusal } from '../../access/errors.ts';
import type { Ask } from '../../access/request.ts';
import { gotItMessage, helpMessage, refusalMessage } from '../cards/index.ts';
import { type CommandContext, type Draft, type Problem, parseCommand } from '../command.ts';
import type { Ack } from '../intake.ts';
import { type Arrival, arrivalOfCommand, CommandBody } from '../wire.ts';
import { askForm } from './forms.ts';
import { type Counter, ephemeral, listener } from './listener.ts';

export const commandListener = (counter: Counter) =>
  listener({
    body: CommandBody,
    arrival: (body) => arrivalOfCommand(body, counter.workspace()),
    async act(body, arrival, ack) {
      const { intake, context } = counter;
      if (body.command !== context().command) {
        return ack(ephemeral(helpMessage({ kind: 'unknown', given: body.command }, context())));
      }
      const command = parseCommand(body.text ?? '', commandContext(counter));
      switch (command.kind) {
        case 'hub':
        case 'mine':
        case 'pending':
          return intake.accept(arrival, ack, { do: command.kind });
        case 'lookup':
          return intake.accept(arrival, ack, { do: 'lookup', what: command.what });
        case 'list':
          return intake.accept(arrival, ack, { do: 'list', app: command.app, which: command.which });
        case 'history':
          return intake.accept(arrival, ack, { do: 'history', whose: command.whose });
        case 'status':
          return intake.accept(arrival, ack, {
            do: 'status',
            ...(command.app === undefined ? {} : { app: command.app }),
          });
        case 'sync':
        case 'pause':
        case 'resume':
          return intake.accept(arrival, ack, { do: command.kind, app: command.app });
        case 'link':
          return intake.accept(arrival, ack, { do: 'link', person: command.person, email: command.email });
        case 'request':
        case 'grant':
        case 'revoke':
        case 'disable':
        case 'enable':
          return submit(counter, arrival, ack, command.ask);
        case 'incomplete':
          return intake.open(arrival, ack, askForm(counter, arrival, command));
        case 'help':
        case 'unknown':
        case 'later':
          return ack(ephemeral(helpMessage(command, context())));
        case 'refused':
          return ack(ephemeral(refusalMessage(command.problem, context())));
      }
    },
    sorry: (_error, message) => ephemeral(message()),
  });

/** A complete ask: what a form could mend opens the form, the rest is stored and resolved by its job. */
async function submit(counter: Counter, arrival: Arrival, ack: Ack, ask: Ask): Promise<void> {
  const { desk, intake, context } = counter;
  const [first] = await desk().check(arrival.from, ask);
  if (first !== undefined) {
    if (!mendable(first.refusal.code)) return ack(ephemeral(refusalMessage(first.refusal, context())));
    const problem: Problem = first.refusal;
    return intake.open(
      arrival,
      ack,
      askForm(counter, arrival, { action: ask.action, draft: draftOf(ask, problem), problem }),
    );
  }
  const channel = arrival.channel === undefined ? {} : { channel: arrival.channel };
  try {
    const stored = await desk().submit(arrival.from, arrival.name, ask, { id: arrival.once, ...channel });
    await ack(ephemeral(gotItMessage(stored, context())));
  } catch (error) {
    // The same bytes again: the first time was answered.
    if (error instanceof AccessError && error.refusal.code === 'repeated') return ack();
    throw error;
  }
}

/** What typing something else in the form could put right. */
const MENDABLE: ReadonlySet<Refusal['code']> = new Set([
  'reason_required',
  'reason_mismatch',
  'reason_too_long',
  'looks_like_secret',
  'too_short',
  'too_long',
  'in_the_past',
  'app_needed',
  'unknown_app',
  'role_needed',
  'unknown_role',
  'unknown_person',
  'ambiguous_account',
]);
const mendable = (code: Refusal['code']): boolean => MENDABLE.has(code);

/** A reason that looks like a secret does not come back as text of a form. */
function draftOf(ask: Ask, problem: Problem): Draft {
  if (problem.code !== 'looks_like_secret') return ask;
  const { reason: _reason, ...rest } = ask;
  return rest;
}

function commandContext(counter: Counter): CommandContext {
  const { policy } = counter.context();
  return {
    team: counter.workspace().team,
    apps: Object.values(policy.apps).map((app) => ({ key: app.key, name: app.name, roles: Object.keys(app.roles) })),
  };
}
