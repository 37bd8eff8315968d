/**
 * Values of shared fields, read back: whom, what, how long, why. Hostile input becomes a value or an error on its field.
 */
import type { SubjectRef } from '../../access/people.ts';
import { REASON_MAX } from '../../access/policy.ts';
import type { DurationAsk } from '../../access/request.ts';
import type { AppOffer } from '../../access/service/desk.ts';
import type { Draft, Problem } from '../command.ts';
import { severalLines } from '../text/escape.ts';
import { TYPED } from './fields.ts';
import type { Carried, Form } from './view.ts';

/** The desk's `chosen`. */
export type Chosen = (value: string) => SubjectRef | undefined;

/** A value, or what is wrong with it. */
export type Got<T> = { readonly value: T; readonly problem?: undefined } | { readonly problem: Problem };

export function readWho(form: Form, field: 'person' | 'whose' | 'successor', chosen: Chosen): Got<SubjectRef> {
  const value = form.choice(field);
  if (value === undefined) return { problem: { code: 'nobody_to_ask_for' } };
  const ref = value === TYPED ? form.carried.subject : value.length > 150 ? undefined : chosen(value);
  return ref === undefined
    ? { problem: { code: 'unknown_person', given: value.split('|').at(-1) ?? '' } }
    : { value: ref };
}

/** `<app>/<role>`; an empty role stands for every one. */
export function readWhat(
  form: Form,
  field: 'what' | 'extra',
): { readonly app: string; readonly role: string } | undefined {
  const value = form.choice(field) ?? '';
  const slash = value.indexOf('/');
  return slash < 1 || value.length > 75 ? undefined : { app: value.slice(0, slash), role: value.slice(slash + 1) };
}

/** The app field, or the single app that the form was drawn for. */
export function readApp(form: Form): string | undefined {
  const app = form.choice('app') ?? form.carried.app;
  return app === undefined || app === '' || app.length > 100 ? undefined : app;
}

const LONGEST = 3660 * 86_400_000;

/** The end, when one was picked; else the length. */
export function readHowLong(form: Form): DurationAsk | undefined {
  const at = form.instant('until');
  if (at !== undefined) return { kind: 'at', at };
  const value = form.choice('duration');
  if (value === TYPED) return form.carried.duration;
  const ms = /^\d{1,15}$/u.test(value ?? '') ? Number(value) : 0;
  return ms > 0 && ms <= LONGEST ? { kind: 'for', ms } : undefined;
}

/** Lines kept, invisible characters out. */
export function readReason(form: Form): Got<string | undefined> {
  const text = form.text('reason');
  if (text === undefined) return { value: undefined };
  const reason = severalLines(text, REASON_MAX * 8, 50).join('\n');
  if (reason.length > REASON_MAX) return { problem: { code: 'reason_too_long', max: REASON_MAX } };
  return { value: reason === '' ? undefined : reason };
}

/** What a form is to remember of its draft. */
export function carry(offers: readonly AppOffer[], draft: Draft | undefined): Carried {
  const [only] = offers;
  return {
    ...(draft?.subject === undefined ? {} : { subject: draft.subject }),
    ...(draft?.instead === undefined ? {} : { request: draft.instead }),
    ...(draft?.duration === undefined ? {} : { duration: draft.duration }),
    ...(offers.length === 1 && only !== undefined ? { app: only.key } : {}),
  };
}
