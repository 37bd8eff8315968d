// Block Kit drawn: messages, modals and the Home tab share it. Clicks go back with the place they happened in; fields with their block.
import { useId } from 'preact/hooks';
import { Button, Field, valueIn } from './controls.js';
import { html, useDesk } from './html.js';
import { plain, Text } from './mrkdwn.js';

/**
 * @param props `place` `{channel, ts}` or `{viewId}`; for views also `values`, `errors`, `drafts` and `onDraft`
 */
export function Blocks({ blocks, ...rest }) {
  return blocks.map((block) => html`<${Block} key=${block.block_id} block=${block} ...${rest} />`);
}

function Block(props) {
  const { block } = props;
  const desk = useDesk();
  switch (block.type) {
    case 'header':
      return html`<h3 class="block header">${plain(block.text)}</h3>`;
    case 'divider':
      return html`<hr class="block" />`;
    case 'section':
      return html`<div class="block section">
        <div class="words">
          ${block.text && html`<div class="text"><${Text} object=${block.text} desk=${desk} /></div>`}
          ${block.fields && html`<div class="fields">${block.fields.map((field) => html`<div class="field"><${Text} object=${field} desk=${desk} /></div>`)}</div>`}
        </div>
        ${block.accessory && html`<div class="accessory"><${Element} ...${props} element=${block.accessory} /></div>`}
      </div>`;
    case 'context':
      return html`<div class="block context">${block.elements.map((element) =>
        element.type === 'image'
          ? html`<${Picture} image=${element} />`
          : html`<span><${Text} object=${element} desk=${desk} /></span>`,
      )}</div>`;
    case 'actions':
      return html`<div class="block actions">${block.elements.map((element) => html`<${Element} key=${element.action_id} ...${props} element=${element} />`)}</div>`;
    case 'input':
      return html`<${Input} ...${props} />`;
    case 'image':
      return html`<div class="block"><${Picture} image=${block} /></div>`;
    case 'rich_text':
      return html`<div class="block text">${richText(block)}</div>`;
    default:
      return html`<p class="block unknown">A block of the kind “${block.type}” is not drawn here.</p>`;
  }
}

/** Pictures would be fetched from the internet; their words are enough here. */
const Picture = ({ image }) => html`<span class="picture">${image.alt_text}</span>`;

const richText = (node) =>
  node.type === 'text'
    ? node.text
    : node.type === 'user'
      ? `<@${node.user_id}>`
      : (node.elements ?? []).map(richText).join('');

/** An element outside an input block: using it tells the app at once. */
function Element({ block, element, place, values }) {
  const desk = useDesk();
  const common = { id: useId(), 'aria-label': plain(element.placeholder) || 'Choose' };
  const click = (value) => desk.click({ place, element, blockId: block.block_id, value });
  if (element.type === 'button') return html`<${Button} element=${element} onPress=${() => click(undefined)} />`;
  if (element.type === 'image') return html`<${Picture} image=${element} />`;
  const state = values?.[block.block_id]?.[element.action_id];
  return html`<${Field} element=${element} value=${valueIn(state)} selected=${state?.selected_option ?? element.initial_option} common=${common}
    onType=${() => {}} onPick=${click} onSearch=${(query) => desk.suggest({ place, actionId: element.action_id, query })} />`;
}

/** A labelled field of a form: nothing is sent but what stands in it, until the form is. */
function Input({ block, place, values, errors, drafts, onDraft }) {
  const desk = useDesk();
  const id = useId();
  const { element } = block;
  const state = values?.[block.block_id]?.[element.action_id];
  const key = `${block.block_id} ${element.action_id}`;
  const draft = drafts?.[key];
  const error = errors?.[block.block_id];
  const common = {
    id,
    name: block.block_id,
    'aria-invalid': error === undefined ? undefined : 'true',
    'aria-describedby': [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(' ') || undefined,
  };
  const grouped = ['checkboxes', 'radio_buttons', 'multi_static_select', 'multi_users_select'].includes(element.type);
  const name = html`${plain(block.label)}${block.optional ? html` <span class="optional">(optional)</span>` : null}`;
  const keep = (value, finished) => onDraft(key, block.block_id, value, finished);
  const pick = (value) => {
    keep(value, true);
    if (block.dispatch_action) void desk.click({ place, element, blockId: block.block_id, value });
  };
  return html`<div class=${error === undefined ? 'block input' : 'block input wrong'}>
    ${grouped ? html`<span class="label" id=${`${id}-label`}>${name}</span>` : html`<label class="label" for=${id}>${name}</label>`}
    <${Field} element=${element} value=${draft === undefined ? valueIn(state) : draft.value} selected=${state?.selected_option ?? null}
      common=${grouped ? { ...common, 'aria-labelledby': `${id}-label` } : common}
      onType=${(value) => keep(value, false)} onPick=${pick}
      onSearch=${(query) => desk.suggest({ place, actionId: element.action_id, query })} />
    ${error && html`<p class="error" id=${`${id}-error`} role="alert">${error}</p>`}
    ${block.hint && html`<p class="hint" id=${`${id}-hint`}>${plain(block.hint)}</p>`}
  </div>`;
}
