/**
 * English for messages that belong to no request: heads, alarms for owners, the welcome. Knows no block.
 */
import { bold, code, join, piece, say, type Words } from '../words.ts';
import { more } from './words.ts';

export const head = (seq: number, hash: string): Words =>
  say`Today's head of the audit log, kept here so that nobody can rewrite it unseen: ${code(`${seq}:${hash}`, 120)}`;
export const verifyWith = (seq: number, hash: string): Words =>
  say`To check it: ${code(`rolecall audit verify --head ${seq}:${hash}`, 160)}`;

export const safeMode = (detail: string): Words =>
  say`${bold('Safe mode.')} My records were damaged (${piece(detail)}). Access is still taken away on time, but none is given until an operator has looked.`;
export const chainBroken = (seq: number, detail: string): Words =>
  say`${bold('The audit log does not verify')} at line ${seq} (${piece(detail)}). Keep a copy of the data and compare it with the heads you were sent.`;
export const unauthorized = (app: string): Words =>
  say`${bold(`${app} refuses my token.`)} Nothing can be given or taken there until it is replaced; what is due is kept and tried again. Put a new token in place and restart me.`;
/** @param people the first of them  @param count how many there are */
export const membersLost = (app: string, role: string, people: readonly string[], count: number): Words => {
  const rest = count > people.length ? ` ${more(count - people.length)}` : '';
  const who = people.map((one) => piece(one, 80));
  return say`${bold(`${app}: people lost ${role} whom nobody had named.`)} While I changed one membership, the app dropped these, too: ${join(who, ', ')}${rest}. I put nobody back by myself. Have the app's SCIM service looked at, and add them again there.`;
};
export const fewOwners = (app: string, reachable: number): Words =>
  say`${bold(`${app} has ${reachable === 0 ? 'no reachable owner' : `only ${reachable} reachable owner${reachable === 1 ? '' : 's'}`}.`)} What an owner asks for cannot be decided by the same owner and will be refused. Name one more in the policy.`;
export const seatsLow = (app: string, used: number, seats: number): Words =>
  say`${bold(`${app} is nearly full:`)} ${used} of ${seats} seats are taken. Free some, or raise the limit in the policy.`;

export const welcome = (app: string): Words => say`${bold(`Welcome to ${app}!`)} Your account is ready.`;
export const welcomeLogin = (email: string): Words =>
  say`Log in with your work account (single sign-on) as ${piece(email, 120)}. There is no separate password and no invitation mail.`;
export const welcomeWhere = (url: Words): Words => say`Log in here: ${url}`;
export const welcomeAsk = (who: Words): Words => say`Questions? Ask ${who}, who asked for your account.`;
export const welcomeStuck = say`If it does not let you in after a few minutes, press the button and the owners are told.`;
export const forward = (name: string, email: string): Words =>
  say`${piece(name, 80)} (${piece(email, 120)}) is not in Slack. Please pass this on:`;

export const cannotGetIn = (who: Words, app: string): Words =>
  say`${who} has an account in ${app} but cannot get in. Perhaps the account is in another organisation, or single sign-on does not know the person yet. Please look in the console.`;
