// Block Kit's grammar and limits as data (https://docs.slack.dev/reference/block-kit). Lengths are Unicode code points. It checks nothing itself.

export type Surface = 'message' | 'modal' | 'home';

/** What one value must be. `shape` names an entry of {@link shapes}; `element` and `block` pick the shape by the value's `type`. */
export type Rule =
  | { is: 'text'; max: number; min?: number; only?: 'plain_text' | 'mrkdwn' }
  | { is: 'string'; max: number; min?: number; oneOf?: readonly string[] }
  | { is: 'number'; min?: number; max?: number }
  | { is: 'boolean' }
  | { is: 'list'; of: Rule; min: number; max: number }
  | { is: 'shape'; name: string }
  | { is: 'element'; of: readonly string[] }
  | { is: 'block'; of: readonly string[] }
  /** Accepted as it comes: parts that the app does not use. */
  | { is: 'anything' };

export type Shape = {
  props: Readonly<Record<string, Rule>>;
  required?: readonly string[];
  /** At least one of these. */
  either?: readonly string[];
  /** At most one of these. */
  exclusive?: readonly string[];
};

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

const id: Rule = { is: 'string', max: 255 };
const flag: Rule = { is: 'boolean' };
const anything: Rule = { is: 'anything' };
const string = (max: number): Rule => ({ is: 'string', max });
const text = (max: number): Rule => ({ is: 'text', max, min: 1 });
const plain = (max: number): Rule => ({ is: 'text', max, min: 1, only: 'plain_text' });
const mrkdwn = (max: number): Rule => ({ is: 'text', max, min: 1, only: 'mrkdwn' });
const list = (of: Rule, min: number, max: number): Rule => ({ is: 'list', of, min, max });
const shape = (name: string): Rule => ({ is: 'shape', name });
const style: Rule = { is: 'string', max: 20, oneOf: ['primary', 'danger'] };

const action = { action_id: id };
const confirm = { confirm: shape('confirm') };
const focus = { focus_on_load: flag };
const placeholder = { placeholder: plain(150) };
const dispatch = { dispatch_action_config: anything };
const select = { ...action, ...confirm, ...focus, ...placeholder };
const multi = { ...select, max_selected_items: { is: 'number', min: 1 } } as const;
const options = { options: list(shape('plain option'), 0, 100), option_groups: list(shape('option group'), 1, 100) };
const externalQuery = { min_query_length: { is: 'number', min: 0 } } as const;

export const shapes: Readonly<Record<string, Shape>> = {
  confirm: {
    props: { title: plain(100), text: text(300), confirm: plain(30), deny: plain(30), style },
    required: ['title', 'text'],
  },
  'plain option': {
    props: { text: plain(75), value: string(75), description: plain(75), url: string(3_000) },
    required: ['text', 'value'],
  },
  option: { props: { text: text(75), value: string(75), description: text(75) }, required: ['text', 'value'] },
  'overflow option': {
    props: { text: plain(75), value: string(75), description: plain(75), url: string(3_000) },
    required: ['text', 'value'],
  },
  'option group': {
    props: { label: plain(75), options: list(shape('plain option'), 1, 100) },
    required: ['label', 'options'],
  },
};

const allSelects = ['static_select', 'external_select', 'users_select', 'conversations_select', 'channels_select'];
const allMultis = allSelects.map((name) => `multi_${name}`);
const pickers = ['datepicker', 'timepicker', 'checkboxes', 'radio_buttons'];

export const elements: Readonly<Record<string, Shape>> = {
  button: {
    props: {
      ...action,
      ...confirm,
      text: plain(75),
      value: string(2_000),
      url: string(3_000),
      style,
      accessibility_label: string(75),
    },
    required: ['text'],
  },
  overflow: { props: { ...action, ...confirm, options: list(shape('overflow option'), 1, 5) }, required: ['options'] },
  checkboxes: {
    props: {
      ...action,
      ...confirm,
      ...focus,
      options: list(shape('option'), 1, 10),
      initial_options: list(shape('option'), 1, 10),
    },
    required: ['options'],
  },
  radio_buttons: {
    props: { ...action, ...confirm, ...focus, options: list(shape('option'), 1, 10), initial_option: shape('option') },
    required: ['options'],
  },
  datepicker: { props: { ...select, initial_date: string(10) } },
  timepicker: { props: { ...select, initial_time: string(5), timezone: string(100) } },
  datetimepicker: {
    props: { ...action, ...confirm, ...focus, initial_date_time: { is: 'number', min: 1_000_000_000 } },
  },
  static_select: {
    props: { ...select, ...options, initial_option: shape('plain option') },
    either: ['options', 'option_groups'],
    exclusive: ['options', 'option_groups'],
  },
  multi_static_select: {
    props: { ...multi, ...options, initial_options: list(shape('plain option'), 1, 100) },
    either: ['options', 'option_groups'],
    exclusive: ['options', 'option_groups'],
  },
  external_select: { props: { ...select, ...externalQuery, initial_option: shape('plain option') } },
  multi_external_select: {
    props: { ...multi, ...externalQuery, initial_options: list(shape('plain option'), 1, 100) },
  },
  users_select: { props: { ...select, initial_user: id } },
  multi_users_select: { props: { ...multi, initial_users: list(id, 1, 100) } },
  channels_select: { props: { ...select, initial_channel: id, response_url_enabled: flag } },
  multi_channels_select: { props: { ...multi, initial_channels: list(id, 1, 100) } },
  conversations_select: {
    props: {
      ...select,
      initial_conversation: id,
      default_to_current_conversation: flag,
      response_url_enabled: flag,
      filter: anything,
    },
  },
  multi_conversations_select: {
    props: {
      ...multi,
      initial_conversations: list(id, 1, 100),
      default_to_current_conversation: flag,
      filter: anything,
    },
  },
  plain_text_input: {
    props: {
      ...action,
      ...focus,
      ...placeholder,
      ...dispatch,
      initial_value: string(3_000),
      multiline: flag,
      min_length: { is: 'number', min: 0, max: 3_000 },
      max_length: { is: 'number', min: 1, max: 3_000 },
    },
  },
  email_text_input: { props: { ...action, ...focus, ...placeholder, ...dispatch, initial_value: string(3_000) } },
  url_text_input: { props: { ...action, ...focus, ...placeholder, ...dispatch, initial_value: string(3_000) } },
  number_input: {
    props: {
      ...action,
      ...focus,
      ...placeholder,
      ...dispatch,
      is_decimal_allowed: flag,
      initial_value: string(100),
      min_value: string(100),
      max_value: string(100),
    },
    required: ['is_decimal_allowed'],
  },
  rich_text_input: {
    props: {
      ...action,
      ...focus,
      ...placeholder,
      ...dispatch,
      initial_value: anything,
      min_lines: anything,
      max_lines: anything,
    },
  },
  file_input: { props: { ...action, filetypes: anything, max_files: { is: 'number', min: 1, max: 10 } } },
  image: {
    props: { alt_text: string(2_000), image_url: string(3_000), slack_file: anything },
    required: ['alt_text'],
    either: ['image_url', 'slack_file'],
  },
  workflow_button: {
    props: { ...action, ...confirm, text: plain(75), workflow: anything, style, accessibility_label: string(75) },
    required: ['text'],
  },
  icon_button: {
    props: {
      ...action,
      ...confirm,
      icon: string(75),
      text: plain(75),
      accessibility_label: string(75),
      value: string(2_000),
      visible_to_user_ids: anything,
    },
    required: ['icon', 'text'],
  },
  feedback_buttons: {
    props: { ...action, positive_button: anything, negative_button: anything },
    required: ['positive_button', 'negative_button'],
  },
};

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
      submit_disabled: flag,
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
