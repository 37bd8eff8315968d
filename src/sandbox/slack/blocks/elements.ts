// Block Kit's elements and what they are composed of, with their limits, as data (https://docs.slack.dev/reference/block-kit/block-elements).
import { anything, flag, id, list, plain, type Shape, shape, string, style, text } from './rules.ts';

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

export const allSelects = [
  'static_select',
  'external_select',
  'users_select',
  'conversations_select',
  'channels_select',
];
export const allMultis = allSelects.map((name) => `multi_${name}`);
export const pickers = ['datepicker', 'timepicker', 'checkboxes', 'radio_buttons'];

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
