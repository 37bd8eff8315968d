// What was said in the channels before a visitor comes, as data. Refuses to know what Rolecall answers.

export const SMALL_TALK: readonly { readonly user: string; readonly channel: string; readonly text: string }[] = [
  { user: 'U0BEN', channel: 'C0GENERAL', text: 'Morning! Finn joins us today, say hello when you see him.' },
  { user: 'U0FINN', channel: 'C0GENERAL', text: 'Hello everybody, glad to be here.' },
  { user: 'U0CARLA', channel: 'C0GENERAL', text: 'Welcome, Finn. Ask Rolecall for your Perplexity account.' },
  { user: 'U0HUGO', channel: 'C0SHARED', text: 'The draft contract is in the shared folder.' },
];
