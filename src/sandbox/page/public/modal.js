// The modal on top of a person's stack, and the small dialog that asks "sure?". Both are native dialogs: focus stays inside, Escape closes.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Blocks } from './blocks.js';
import { html, useDesk } from './html.js';
import { Text } from './mrkdwn.js';

/** Opens a dialog element for as long as it is drawn. */
function useModal() {
  const ref = useRef(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog !== null && !dialog.open) {
      dialog.showModal();
      (dialog.querySelector('.body :is(input, textarea, select)') ?? dialog.querySelector('[type=submit]'))?.focus();
    }
    return () => dialog?.close();
  }, []);
  return ref;
}

export function Modal({ view, depth }) {
  const desk = useDesk();
  const ref = useModal();
  const [drafts, setDrafts] = useState({});
  const [busy, setBusy] = useState(false);
  const close = (how) => void desk.act('close', { viewId: view.id, how });

  // A field that has to be corrected is where the person goes on.
  useEffect(() => {
    ref.current?.querySelector('[aria-invalid="true"]')?.focus();
  }, [JSON.stringify(view.errors)]);
  // Where the app has put another form into the same window, the focus must not stay on what is gone.
  useEffect(() => {
    if (ref.current?.contains(document.activeElement) === false) ref.current.querySelector('footer .button')?.focus();
  }, [view.title, view.submit]);

  const draft = (key, blockId, value, finished) => {
    setDrafts((before) => ({ ...before, [key]: { blockId, value } }));
    // What is typed is known to Slack at once, so that a view the app updates keeps it.
    if (finished) void desk.quietly('type', { viewId: view.id, values: { [blockId]: value } });
  };
  const submit = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const there = new Set(view.blocks.map((block) => block.block_id));
    const values = Object.fromEntries(
      Object.values(drafts)
        .filter(({ blockId }) => there.has(blockId))
        .map(({ blockId, value }) => [blockId, value]),
    );
    await desk.act('submit', { viewId: view.id, values });
    setBusy(false);
  };
  return html`<dialog class="modal" ref=${ref} aria-labelledby="modal-title" onCancel=${(event) => {
    event.preventDefault();
    close('cancel');
  }}>
    <form onSubmit=${submit} novalidate>
      <header>
        <img src="/mark.svg" alt="" width="22" height="22" />
        <h2 id="modal-title">${view.title}</h2>
        ${depth > 1 && html`<span class="depth">${depth} open</span>`}
        <button type="button" class="quiet" aria-label="Close everything" onClick=${() => close('all')}>✕</button>
      </header>
      <div class="body">
        <${Blocks} blocks=${view.blocks} place=${{ viewId: view.id }} values=${view.values} errors=${view.errors} drafts=${drafts} onDraft=${draft} />
      </div>
      <footer>
        <button type="button" class="button" onClick=${() => close('cancel')}>${view.close ?? 'Cancel'}</button>
        ${view.submit !== null && html`<button type="submit" class="button primary" aria-busy=${busy}>${view.submit}</button>`}
      </footer>
    </form>
  </dialog>`;
}

/** @param props `dialog` Block Kit's confirm object, `answer(yes)` */
export function Confirm({ dialog, answer }) {
  const desk = useDesk();
  const ref = useModal();
  return html`<dialog class="modal small" ref=${ref} aria-labelledby="confirm-title" aria-describedby="confirm-text" onCancel=${(
    event,
  ) => {
    event.preventDefault();
    answer(false);
  }}>
    <form onSubmit=${(event) => {
      event.preventDefault();
      answer(true);
    }}>
      <header><h2 id="confirm-title"><${Text} object=${dialog.title} desk=${desk} /></h2></header>
      <div class="body" id="confirm-text"><${Text} object=${dialog.text} desk=${desk} /></div>
      <footer>
        <button type="button" class="button" onClick=${() => answer(false)}><${Text} object=${dialog.deny ?? { type: 'plain_text', text: 'Cancel' }} desk=${desk} /></button>
        <button type="submit" class=${dialog.style === 'danger' ? 'button danger solid' : 'button primary'}><${Text} object=${dialog.confirm ?? { type: 'plain_text', text: 'Yes' }} desk=${desk} /></button>
      </footer>
    </form>
  </dialog>`;
}
