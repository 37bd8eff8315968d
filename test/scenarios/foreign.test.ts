import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE, tell } from './story.ts';

const TOKEN = 'a-token-of-the-other-server';
const POLICY = `version: 1
timezone: Europe/Berlin
people:
  - { slack: U0ADA, email: ada@example.com, manager: ben@example.com }
  - { slack: U0FINN, email: finn@example.com, manager: ben@example.com }
apps:
  elsewhere:
    name: Elsewhere
    profile: generic
    scim: { url: "\${SCIM_URL}", token: "\${SCIM_TOKEN}" }
    owners: [carla@example.com]
    domains: [example.com]
    roles:
      admin: { group: Administrators, sensitive: true }
      member: { group: Everybody, base: true }
`;

type Row = { id: string } & Record<string, unknown>;
type Asked = { id?: string; filter?: { match<T>(rows: readonly T[]): T[] } };

/** What the other server keeps, as plain rows: a new one gets the next id, a taken name is a conflict. */
function keep(rows: Map<string, Row>, name: string) {
  return {
    egress: (asked: Asked) => {
      if (asked.id === undefined) return asked.filter ? asked.filter.match([...rows.values()]) : [...rows.values()];
      const row = rows.get(asked.id);
      if (row === undefined) throw new SCIMMY.Types.Error(404, '', 'not here');
      return row;
    },
    ingress: (asked: Asked, instance: unknown) => {
      const given = JSON.parse(JSON.stringify(instance)) as Row;
      const twin = [...rows.values()].find((row) => row[name] === given[name] && row.id !== asked.id);
      if (twin !== undefined) throw new SCIMMY.Types.Error(409, 'uniqueness', 'taken');
      const row = { ...given, id: asked.id ?? `new-${rows.size + 1}` };
      rows.set(row.id, row);
      return row;
    },
    degress: (asked: Asked) => rows.delete(asked.id ?? ''),
  };
}

/** A SCIM server that somebody else wrote, with a few people in it. */
async function otherServer() {
  const users = new Map<string, Row>();
  const groups = new Map<string, Row>();
  const populate = (): void => {
    users.clear();
    groups.clear();
    for (const name of ['ada', 'ben', 'carla', 'dmitri']) {
      const email = `${name}@example.com`;
      users.set(`u-${name}`, {
        id: `u-${name}`,
        userName: email,
        name: { givenName: name, familyName: 'Example' },
        displayName: `${name} Example`,
        active: true,
        emails: [{ value: email, type: 'work', primary: true }],
      });
    }
    const members = (...names: string[]) => names.map((name) => ({ value: `u-${name}`, type: 'User' }));
    groups.set('g-admins', { id: 'g-admins', displayName: 'Administrators', members: members('carla', 'dmitri') });
    groups.set('g-all', { id: 'g-all', displayName: 'Everybody', members: members('ada', 'ben', 'carla', 'dmitri') });
  };

  const user = keep(users, 'userName');
  const group = keep(groups, 'displayName');
  SCIMMY.Resources.declare(SCIMMY.Resources.User).extend(SCIMMY.Schemas.EnterpriseUser, false);
  SCIMMY.Resources.User.ingress(user.ingress as never)
    .egress(user.egress as never)
    .degress(user.degress as never);
  SCIMMY.Resources.declare(SCIMMY.Resources.Group);
  SCIMMY.Resources.Group.ingress(group.ingress as never)
    .egress(group.egress as never)
    .degress(group.degress as never);
  const app = express();
  const handler = (request: { header(name: string): string | undefined }) => {
    if (request.header('Authorization') !== `Bearer ${TOKEN}`) throw new Error('no');
    return 'somebody';
  };
  app.use('/scim/v2', new SCIMMYRouters({ type: 'bearer', handler: handler as never }) as never);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    populate,
    close() {
      server.closeAllConnections();
      server.close();
    },
    url: `http://127.0.0.1:${port}/scim/v2`,
    membersOf: (id: string) =>
      ((groups.get(id)?.members ?? []) as { value: string }[]).map(({ value }) => value).sort(),
    user: (email: string) => [...users.values()].find((row) => row.userName === email),
  };
}

let other: Awaited<ReturnType<typeof otherServer>>;
beforeAll(async () => {
  other = await otherServer();
  return () => other.close();
});
beforeEach(() => other.populate());

describe('a SCIM server that somebody else wrote', () => {
  it('has roles given and taken like any other', async () => {
    const { world, ada, ben, carla } = await tell({
      scimUrl: other.url,
      policy: POLICY,
      env: { SCIM_TOKEN: TOKEN },
    });
    await ada.types('/access request admin for 1h because INC-1');
    await ben.presses(/^Approve Admin/, /INC-1/);
    await ada.sees(/INC-1[\s\S]*in the Admin group[\s\S]*confirmed/);
    expect(other.membersOf('g-admins')).toEqual(['u-ada', 'u-carla', 'u-dmitri']);
    world.clock.advance(HOUR + MINUTE);
    await ada.sees(/INC-1[\s\S]*no longer in the Admin group/);
    expect(other.membersOf('g-admins')).toEqual(['u-carla', 'u-dmitri']);

    await carla.types('/access revoke dmitri@example.com admin because moving on');
    await carla.sees(/moving on[\s\S]*no longer in the Admin group[\s\S]*confirmed/);
    expect(other.membersOf('g-admins')).toEqual(['u-carla']);
    expect(other.membersOf('g-all')).toContain('u-dmitri');
    await carla.types('/access revoke me admin because me, too');
    await carla.sees(/without a lasting Admin/);
    expect(other.membersOf('g-admins')).toEqual(['u-carla']);
  });

  it('has accounts made, switched off and on like any other', async () => {
    const { world, ben, carla, finn } = await tell({ scimUrl: other.url, policy: POLICY, env: { SCIM_TOKEN: TOKEN } });
    await finn.types('/access provision finn@example.com');
    await finn.fills(/account/, { 'First name': 'Finn', 'Family name': 'Moreau' });
    await carla.presses(/^Approve account/);
    await finn.sees(/an account in Elsewhere[\s\S]*confirmed/);
    const made = other.user('finn@example.com');
    expect(made).toMatchObject({ active: true, name: { givenName: 'Finn', familyName: 'Moreau' } });
    expect(other.membersOf('g-all')).toContain(made?.id);

    await ben.types('/access disable finn@example.com because he left');
    await carla.presses(/^Approve disabling/, /he left/);
    await ben.sees(/he left[\s\S]*switched off[\s\S]*confirmed/);
    expect(other.user('finn@example.com')).toMatchObject({ active: false });

    // A bot newly started has all of Slack's patience before it.
    await world.stopBot();
    await world.startBot();
    await ben.types('/access enable finn@example.com because he is back');
    await carla.presses(/^Approve enabling/, /he is back/);
    await ben.sees(/he is back[\s\S]*is active[\s\S]*confirmed/);
    expect(other.user('finn@example.com')).toMatchObject({ active: true });
  });
});
