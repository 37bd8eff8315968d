// The methods about the app and its workspace: api.test, auth.test, team.info, apps.connections.open. Knows no people and no messages.
import { done, type Methods, refuse } from './method.ts';

/** @param openSocket mints the address of one Socket Mode connection. */
export function appMethods(openSocket: () => string): Methods {
  return {
    'api.test': {
      tier: 4,
      token: 'none',
      run: (args) =>
        args.has('error') ? refuse(args.text('error'), { args: { ...args.all } }) : done({ args: { ...args.all } }),
    },
    'auth.test': {
      tier: 'special',
      token: 'bot',
      run: (_args, { app }) =>
        done({
          url: `https://${app.teamDomain}.slack.com/`,
          team: app.teamName,
          user: app.appName,
          team_id: app.teamId,
          user_id: app.userId,
          bot_id: app.botId,
          is_enterprise_install: false,
        }),
    },
    'team.info': {
      tier: 3,
      token: 'bot',
      scopes: () => ['team:read'],
      run: (args, { app }) =>
        args.has('team') && args.text('team') !== app.teamId
          ? refuse('team_not_found')
          : done({ team: { id: app.teamId, name: app.teamName, domain: app.teamDomain, email_domain: '', icon: {} } }),
    },
    'apps.connections.open': { tier: 3, token: 'app', run: () => done({ url: openSocket() }) },
  };
}
