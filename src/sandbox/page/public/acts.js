// The page's way to the server: one POST per act. Refuses to throw: what goes wrong comes back as a notice.

const token = document.querySelector('meta[name="sandbox-token"]')?.getAttribute('content') ?? '';

/** What to say where the workspace says only a code. */
const SENTENCES = {
  account_inactive: 'A deactivated person cannot do anything in Slack.',
  not_on_screen: 'That is not there any more.',
  not_in_channel: 'You are not in that conversation.',
  not_enabled: 'Slack does not offer that here.',
};

/**
 * @param {string} name the act
 * @param {object} body what it wants
 * @returns {Promise<{error?: string, notice?: string, confirm?: object, errors?: Record<string, string>, options?: object[]}>}
 */
export async function post(name, body) {
  try {
    const response = await fetch(`/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sandbox-token': token },
      body: JSON.stringify(body),
    });
    if (!response.ok) return { error: 'refused', notice: await response.text() };
    const outcome = await response.json();
    const sentence = outcome.notice ?? SENTENCES[outcome.error];
    return sentence === undefined ? outcome : { ...outcome, notice: sentence };
  } catch {
    return { error: 'lost', notice: 'The sandbox does not answer. Is it still running?' };
  }
}
