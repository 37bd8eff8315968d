// Block Kit's elements as controls a keyboard can reach. Knows what each wants and gives, not where it stands.
import { useState } from 'preact/hooks';
import { html, useDesk } from './html.js';
import { plain } from './mrkdwn.js';
import { Picker } from './picker.js';
import { toSeconds, toWall } from './when.js';

/** Where a state keeps what was typed or picked. */
const SLOTS = [
  'value',
  'selected_date',
  'selected_time',
  'selected_date_time',
  'selected_user',
  'selected_channel',
  'selected_conversation',
  'selected_users',
];

/** What stands in a field, in the form an act wants: text, an option's value, an id, seconds, or several. */
export function valueIn(state) {
  if (state === undefined) return null;
  if (state.selected_option !== undefined) return state.selected_option?.value ?? null;
  if (state.selected_options !== undefined) return state.selected_options.map((option) => option.value);
  const slot = SLOTS.find((name) => state[name] !== undefined && state[name] !== null);
  if (slot === undefined) return null;
  return typeof state[slot] === 'number' ? String(state[slot]) : state[slot];
}

const optionsOf = (element) => [
  ...(element.options ?? []),
  ...(element.option_groups ?? []).flatMap((group) => group.options),
];

export function Button({ element, onPress }) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await onPress();
    } finally {
      setBusy(false);
    }
  };
  const label = plain(element.text);
  const look = `button ${element.style ?? ''}`;
  if (element.url !== undefined && /^https?:/.test(element.url)) {
    return html`<a class=${look} href=${element.url} target="_blank" rel="noopener noreferrer" onClick=${press}>${label}</a>`;
  }
  return html`<button type="button" class=${look} aria-busy=${busy} aria-label=${element.accessibility_label} onClick=${press}>${label}</button>`;
}

/**
 * One element that takes a value.
 * @param props `onPick(value)` for a finished choice, `onType(value)` for every keystroke
 */
export function Field(props) {
  const { element, value, onPick, onType, onSearch, selected, common } = props;
  const desk = useDesk();
  const text = (type, more = {}) => html`<input
    ...${common} type=${type} value=${value ?? ''} placeholder=${plain(element.placeholder)} autocomplete="off" spellcheck=${false}
    ...${more} onInput=${(event) => onType(event.target.value)} onChange=${(event) => onPick(event.target.value)} />`;
  switch (element.type) {
    case 'plain_text_input':
      return element.multiline
        ? html`<textarea ...${common} rows="3" maxlength=${element.max_length} value=${value ?? ''} placeholder=${plain(element.placeholder)}
            onInput=${(event) => onType(event.target.value)} onChange=${(event) => onPick(event.target.value)}></textarea>`
        : text('text', { maxlength: element.max_length });
    case 'email_text_input':
      return text('text', { inputmode: 'email' });
    case 'url_text_input':
      return text('text', { inputmode: 'url' });
    case 'number_input':
      return text('text', { inputmode: 'decimal' });
    case 'datepicker':
      return text('date');
    case 'timepicker':
      return text('time');
    case 'datetimepicker':
      return html`<input ...${common} type="datetime-local" value=${value ? toWall(Number(value), desk.me.tz) : ''}
        onChange=${(event) => onPick(toChosen(event.target.value, desk.me.tz))} />`;
    case 'static_select':
    case 'overflow':
      return html`<${Select} ...${props} options=${optionsOf(element).map(asChoice)} groups=${element.option_groups} />`;
    case 'users_select':
      return html`<${Select} ...${props} options=${desk.people.map((person) => ({ value: person.id, label: person.realName }))} />`;
    case 'channels_select':
    case 'conversations_select':
      return html`<${Select} ...${props} options=${desk.channels.map((channel) => ({ value: channel.id, label: `#${channel.name}` }))} />`;
    case 'external_select':
      return html`<${Picker} element=${element} selected=${selected} common=${common} onPick=${onPick} onSearch=${onSearch} />`;
    case 'radio_buttons':
      return html`<${Choices} ...${props} type="radio" options=${element.options} chosen=${value === null ? [] : [value]} give=${(all) => all.at(-1) ?? null} />`;
    case 'checkboxes':
    case 'multi_static_select':
      return html`<${Choices} ...${props} type="checkbox" options=${optionsOf(element)} chosen=${value ?? []} give=${(all) => all} />`;
    case 'multi_users_select':
      return html`<${Choices} ...${props} type="checkbox" chosen=${value ?? []} give=${(all) => all}
        options=${desk.people.map((person) => ({ value: person.id, text: { type: 'plain_text', text: person.realName, emoji: false } }))} />`;
    default:
      return html`<p class="unknown">An element of the kind “${element.type}” cannot be used here.</p>`;
  }
}

const toChosen = (wall, zone) => {
  const seconds = toSeconds(wall, zone);
  return seconds === undefined ? null : String(seconds);
};

const asChoice = (option) => ({
  value: option.value,
  label: option.description === undefined ? plain(option.text) : `${plain(option.text)} (${plain(option.description)})`,
});

function Select({ element, value, onPick, options, groups, common }) {
  const draw = (all) =>
    all.map(
      (option) =>
        html`<option key=${option.value} value=${option.value} selected=${option.value === value}>${option.label}</option>`,
    );
  return html`<select ...${common} value=${value ?? ''} onChange=${(event) => onPick(event.target.value === '' ? null : event.target.value)}>
    <option value="">${plain(element.placeholder) || 'Choose'}</option>
    ${
      groups === undefined
        ? draw(options)
        : groups.map(
            (group) => html`<optgroup label=${plain(group.label)}>${draw(group.options.map(asChoice))}</optgroup>`,
          )
    }
  </select>`;
}

/** Boxes and buttons of which one or several are chosen. */
function Choices({ type, options, chosen, give, onPick, common }) {
  const toggle = (value, on) => {
    const others = type === 'radio' ? [] : chosen.filter((each) => each !== value);
    onPick(give(on ? [...others, value] : others));
  };
  const { id, name, ...described } = common;
  return html`<div class="choices" role=${type === 'radio' ? 'radiogroup' : 'group'} id=${id} ...${described}>
    ${options.map(
      (option) => html`<label key=${option.value}>
      <input type=${type} name=${name} checked=${chosen.includes(option.value)} onChange=${(event) => toggle(option.value, event.target.checked)} />
      <span>${plain(option.text)}${option.description === undefined ? null : html`<small>${plain(option.description)}</small>`}</span>
    </label>`,
    )}
  </div>`;
}
