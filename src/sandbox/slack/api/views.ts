// views.*: the Web API side of modals and Home tabs. The rules are in modals.ts; this file reads arguments and words the answers.
import type { JsonObject } from '../contract.ts';
import { isRefusal, type Result, viewObject } from '../modals.ts';
import type { World } from '../world.ts';
import {
  type Args,
  asView,
  done,
  type Method,
  type Methods,
  missingField,
  type Reply,
  refuse,
  refuseWith,
} from './method.ts';

function answer(result: Result, world: World): Reply {
  if (isRefusal(result))
    return result.messages === undefined ? refuse(result.error) : refuseWith(result.error, result.messages);
  world.traffic.changed(result.user);
  const view = viewObject(result, world.app);
  return done({ view: { ...view, state: { values: {} } } });
}

function method(run: (args: Args, view: JsonObject, world: World) => Result | Reply): Method {
  return {
    tier: 4,
    token: 'bot',
    run(args, world) {
      const view = asView(args);
      if (view === undefined) return missingField('view');
      const result = run(args, view, world);
      return 'ok' in result ? result : answer(result, world);
    },
  };
}

const triggerOf = (args: Args) =>
  args.has('trigger_id') ? args.text('trigger_id') : args.text('interactivity_pointer');

export const viewMethods: Methods = {
  'views.open': method((args, view, { modals }) => modals.open(triggerOf(args), view)),
  'views.push': method((args, view, { modals }) => modals.push(triggerOf(args), view)),
  'views.update': method((args, view, { modals }) => {
    const target = { viewId: args.text('view_id'), externalId: args.text('external_id') };
    return target.viewId === '' && target.externalId === ''
      ? missingField('view_id')
      : modals.update(target, view, args.text('hash'));
  }),
  'views.publish': method((args, view, { modals, people, manifest }) => {
    if (!manifest.homeTab) return refuse('not_enabled');
    const person = people.find(args.text('user_id'));
    return person === undefined ? refuse('user_not_found') : modals.publish(person.id, view, args.text('hash'));
  }),
};
