/**
 * English, all of it: every sentence a person reads in Slack. A second language is a second object of this shape.
 */
import * as apps from './en/apps.ts';
import * as drift from './en/drift.ts';
import * as facts from './en/facts.ts';
import * as help from './en/help.ts';
import * as history from './en/history.ts';
import * as labels from './en/labels.ts';
import * as notices from './en/notices.ts';
import { refusal } from './en/refusals.ts';
import * as requests from './en/requests.ts';
import * as views from './en/views.ts';
import * as small from './en/words.ts';

export const en = { refusal, apps, drift, facts, requests, labels, help, notices, views, history, small } as const;
