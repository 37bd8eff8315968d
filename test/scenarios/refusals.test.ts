import { describe, expect, it } from 'vitest';
import { tell, textOf } from './story.ts';

describe('every command gets an answer', () => {
  it('also the mistyped, the incomplete and the impossible, with the next step in it', async () => {
    const { world, ada, until } = await tell();
    const answers: readonly (readonly [line: string, answer: RegExp])[] = [
      ['/access request', /modal: Request a role/],
      ['/access request emperor', /modal: [\s\S]*no role “emperor”/],
      ['/access request adm because INC-1', /modal: [\s\S]*no role “adm”/],
      [
        '/access request salesforce admin because INC-1',
        /modal: [\s\S]*(no app called|did not understand) “salesforce”/,
      ],
      ['/access request admin', /modal: [\s\S]*A reason is needed/],
      ['/access request admin for ages because INC-1', /modal: [\s\S]*“ages” is not a length of time/],
      ['/access request admin until yesterday because INC-1', /modal: [\s\S]*“yesterday” is not a time/],
      ['/access request admin for 5m because INC-1', /modal: [\s\S]*too short[\s\S]*15 minutes/],
      [
        '/access request admin for 4h because my key is AKIAIOSFODNN7EXAMPLE',
        /modal: [\s\S]*looks like a password or a token/,
      ],
      ['/access grant @bob admin because INC-1', /“@bob” is only text to me/],
      ['/access grant admin because INC-1', /modal: Request a role/],
      [
        '/access grant nobody@example.com admin because INC-2',
        /INC-2[\s\S]*shows no account for nobody@example\.com[\s\S]*Ask for an account/,
      ],
      ['/access revoke', /Only the base role is held[\s\S]*\/access disable/],
      ['/access revoke admin', /Admin in Perplexity Enterprise is not held here/],
      ['/access revoke member', /Only the base role is held/],
      ['/access revoke <@U0BEN|ben> admin', /Admin in Perplexity Enterprise is not held here/],
      ['/access provision', /modal: Ask for an account/],
      ['/access disable', /modal: Disable an account/],
      ['/access disable <@U0BEN|ben> urgent because INC-3', /`urgent` is not available yet/],
      ['/access enable <@U0BEN|ben>', /Only the person's manager or an owner/],
      ['/access lookup', /Type it like this: `\/access lookup/],
      ['/access lookup @bob', /“@bob” is only text to me/],
      ['/access list nonsense', /Type it like this: `\/access list/],
      ['/access history nonsense', /cannot find “nonsense”/],
      ['/access link <@U0BEN|ben>', /Type it like this: `\/access link/],
      ['/access help nonsense', /I do not know `nonsense`/],
      ['/access reqest admin', /Did you mean `\/access request/],
      ['/access admin', /Did you mean `\/access request admin`/],
      ['/access explain request admin', /`explain` is not available yet/],
      ['/access delegate <@U0BEN|ben> until friday', /`delegate` is not available yet/],
      ['/access 💥 <!channel> *bold*', /I do not know/],
      [`/access ${'x'.repeat(3990)}`, /I do not know|too long/],
      ['/access hlep', /Did you mean `\/access help`/],
    ];
    const unanswered: string[] = [];
    for (const [line, answer] of answers) {
      const seen = new Set(ada.messages().map((each) => `${each.ts} ${textOf(each)}`));
      const view = world.slack.state('U0ADA').views.at(-1)?.id;
      const outcome = await ada.types(line);
      expect([outcome.status, outcome.error], line).toEqual([200, undefined]);
      await until(`${line.slice(0, 80)} is answered with ${answer}`, () => {
        const top = world.slack.state('U0ADA').views.at(-1);
        const modal = top === undefined || top.id === view ? [] : [`modal: ${top.title} ${JSON.stringify(top.blocks)}`];
        const fresh = ada.messages().filter((each) => !seen.has(`${each.ts} ${textOf(each)}`));
        return [...modal, ...fresh.map(textOf)].some((words) => answer.test(words));
      }).catch((error: unknown) => {
        const fresh = ada
          .messages()
          .filter((each) => !seen.has(`${each.ts} ${textOf(each)}`))
          .map(textOf);
        unanswered.push(`${String(error)}\n${fresh.join('\n--\n')}`);
      });
      const open = world.slack.state('U0ADA').views.at(-1);
      if (open !== undefined) await world.slack.closeView('U0ADA', open.id, 'all');
    }
    expect(unanswered).toEqual([]);
    expect(JSON.stringify(ada.messages())).not.toContain('AKIAIOSFODNN7EXAMPLE');
    // Nobody was pinged by what was typed, and nothing was written.
    expect(JSON.stringify(ada.messages())).not.toContain('<!channel>');
    expect(world.scim.calls.every((call) => call.method === 'GET')).toBe(true);
  });
});
