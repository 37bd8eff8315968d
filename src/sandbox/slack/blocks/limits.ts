// Block Kit's blocks and views with their limits, as data (https://docs.slack.dev/reference/block-kit/blocks). Lengths are Unicode code
// points. It checks nothing itself.
import { allMultis, allSelects, pickers } from './elements.ts';
import { anything, flag, id, list, mrkdwn, plain, type Rule, type Shape, string, text } from './rules.ts';

export type Surface = 'message' | 'modal' | 'home';

export const counts = {
  blocks: { message: 50, modal: 100, home: 100 },
  /** Bytes of a view as JSON: `view_too_large`. */
  viewBytes: 250_000,
  /** All `markdown` blocks of a message together. */
  markdownPerMessage: 12_000,
  tablesPerMessage: 1,
  /** JSON of all blocks of a posted message; undocumented, reported at about this size: `msg_blocks_too_long`. */
  messageBlocksJson: 13_200,
  /** A message's `text` is cut here. */
  messageText: 40_000,
  privateMetadata: 3_000,
  modalStack: 3,
} as const;

const actionsElements = [
  'button',
  'overflow',
  'datetimepicker',
  'workflow_button',
  'rich_text_input',
  ...pickers,
  ...allSelects,
  ...allMultis,
];
const inputElements = [
  ...[
    'plain_text_input',
    'email_text_input',
    'url_text_input',
    'number_input',
    'rich_text_input',
    'file_input',
    'datetimepicker',
  ],
  ...[...pickers, ...allSelects, ...allMultis],
];
const accessories = ['button', 'overflow', 'image', 'workflow_button', ...pickers, ...allSelects, ...allMultis];

type BlockShape = Shape & { surfaces: readonly Surface[] };
const everywhere: readonly Surface[] = ['message', 'modal', 'home'];
const messages: readonly Surface[] = ['message'];
const block = { block_id: id };
const cell: Rule = anything;

export const blocks: Readonly<Record<string, BlockShape>> = {
  section: {
    surfaces: everywhere,
    props: {
      ...block,
      text: text(3_000),
      fields: list(text(2_000), 1, 10),
      accessory: { is: 'element', of: accessories },
      expand: flag,
    },
    either: ['text', 'fields'],
  },
  actions: {
    surfaces: everywhere,
    props: { ...block, elements: list({ is: 'element', of: actionsElements }, 1, 25) },
    required: ['elements'],
  },
  context: {
    surfaces: everywhere,
    props: { ...block, elements: list({ is: 'element', of: ['image', 'plain_text', 'mrkdwn'] }, 1, 10) },
    required: ['elements'],
  },
  divider: { surfaces: everywhere, props: { ...block } },
  header: { surfaces: everywhere, props: { ...block, text: plain(150) }, required: ['text'] },
  image: {
    surfaces: everywhere,
    props: { ...block, alt_text: string(2_000), title: plain(2_000), image_url: string(3_000), slack_file: anything },
    required: ['alt_text'],
    either: ['image_url', 'slack_file'],
  },
  input: {
    surfaces: everywhere,
    props: {
      ...block,
      label: plain(2_000),
      hint: plain(2_000),
      optional: flag,
      dispatch_action: flag,
      element: { is: 'element', of: inputElements },
    },
    required: ['label', 'element'],
  },
  rich_text: { surfaces: everywhere, props: { ...block, elements: anything }, required: ['elements'] },
  video: {
    surfaces: everywhere,
    props: {
      ...block,
      title: plain(199),
      alt_text: string(2_000),
      video_url: string(3_000),
      thumbnail_url: string(3_000),
      title_url: string(3_000),
      author_name: string(49),
      provider_name: string(100),
      provider_icon_url: string(3_000),
      description: plain(200),
    },
    required: ['title', 'alt_text', 'video_url', 'thumbnail_url'],
  },
  alert: {
    surfaces: ['modal'],
    props: {
      ...block,
      text: text(200),
      level: { is: 'string', max: 20, oneOf: ['default', 'info', 'warning', 'error', 'success'] },
    },
    required: ['text'],
  },
  markdown: {
    surfaces: messages,
    props: { ...block, text: { is: 'string', max: 12_000, min: 1 } },
    required: ['text'],
  },
  card: {
    surfaces: messages,
    props: {
      ...block,
      hero_image: { is: 'element', of: ['image'] },
      icon: { is: 'element', of: ['image'] },
      title: mrkdwn(150),
      subtitle: mrkdwn(150),
      body: mrkdwn(200),
      actions: list({ is: 'element', of: ['button'] }, 1, 3),
    },
    either: ['hero_image', 'title', 'body', 'actions'],
  },
  carousel: {
    surfaces: messages,
    props: { ...block, elements: list({ is: 'block', of: ['card'] }, 1, 10) },
    required: ['elements'],
  },
  container: {
    surfaces: messages,
    props: {
      ...block,
      title: plain(150),
      rich_text_title: anything,
      subtitle: text(150),
      child_blocks: list(
        {
          is: 'block',
          of: [
            'actions',
            'context',
            'divider',
            'file',
            'header',
            'image',
            'input',
            'rich_text',
            'section',
            'table',
            'video',
          ],
        },
        1,
        10,
      ),
      width: { is: 'string', max: 20, oneOf: ['narrow', 'standard', 'wide', 'full'] },
      icon: { is: 'element', of: ['image'] },
      is_collapsible: flag,
      default_collapsed: flag,
      has_header_divider: flag,
    },
    required: ['child_blocks'],
  },
  context_actions: {
    surfaces: messages,
    props: { ...block, elements: list({ is: 'element', of: ['feedback_buttons', 'icon_button'] }, 1, 5) },
    required: ['elements'],
  },
  table: {
    surfaces: messages,
    props: { ...block, rows: list(list(cell, 1, 20), 1, 100), column_settings: list(anything, 0, 20) },
    required: ['rows'],
  },
  data_table: {
    surfaces: messages,
    props: {
      ...block,
      rows: list(list(cell, 1, 20), 2, 201),
      caption: string(3_000),
      page_size: { is: 'number', min: 1, max: 100 },
      row_header_column_index: { is: 'number', min: 0, max: 19 },
    },
    required: ['rows', 'caption'],
  },
  file: {
    surfaces: messages,
    props: { ...block, source: string(20), external_id: id },
    required: ['source', 'external_id'],
  },
  plan: { surfaces: messages, props: { ...block, title: string(3_000), tasks: anything }, required: ['title'] },
  task_card: {
    surfaces: messages,
    props: {
      ...block,
      task_id: string(255),
      title: string(3_000),
      details: anything,
      output: anything,
      sources: anything,
      status: { is: 'string', max: 20, oneOf: ['pending', 'in_progress', 'complete', 'error'] },
    },
    required: ['task_id', 'title', 'status'],
  },
};

/** What a view may carry beside `type` and `blocks`. */
export const views: Readonly<Record<'modal' | 'home', Shape>> = {
  modal: {
    props: {
      type: string(20),
      blocks: anything,
      title: plain(24),
      submit: plain(24),
      close: plain(24),
      private_metadata: string(counts.privateMetadata),
      callback_id: id,
      external_id: id,
      clear_on_close: flag,
      notify_on_close: flag,
    },
    required: ['title', 'blocks'],
  },
  home: {
    props: {
      type: string(20),
      blocks: anything,
      private_metadata: string(counts.privateMetadata),
      callback_id: id,
      external_id: id,
    },
    required: ['blocks'],
  },
};
