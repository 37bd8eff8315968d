/**
 * The App Home of one person: waiting for you, your access, your requests, apps, owner tools. Pure.
 */
import type { HomeView as SlackHomeView } from '@slack/types';
import type { HomeView } from '../access/service/desk.ts';
import type { CardContext } from './cards/card.ts';

/** ≤ 100 blocks; what does not fit is counted ("and 12 more"). */
export declare function homeView(view: HomeView, ctx: CardContext): SlackHomeView;
