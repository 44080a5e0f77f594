// The numbers a person reads, compared with the summary of the main job.

const LOCALES = { en: 'en-GB', tr: 'tr-TR' };

/** What each marked figure must read, in one language, by a summary as `.vefa/summary.json` has it. */
export function expectedFigures(summary, language) {
  const count = (value) => new Intl.NumberFormat(LOCALES[language]).format(value);
  const tenths = (value) => new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: 1 }).format(value);
  const { messages } = summary;
  const refused = Object.values(messages.refused).reduce((sum, each) => sum + each, 0);
  const figures = {
    contacts: count(summary.contacts),
    scored: count(summary.scored),
    'holdout.predicted': tenths(summary.holdout.predicted),
    'holdout.actual': count(summary.holdout.actual),
    'segment.size': count(summary.segment.size),
    'messages.delivered': count(messages.delivered),
    'messages.bounced': count(messages.bounced),
    'messages.unknown': count(messages.unknown ?? 0),
    'messages.refused': count(refused),
  };
  // The figures on top are sums over all campaigns.
  if ((summary.campaigns ?? 1) === 1) {
    Object.assign(figures, {
      requested: count(messages.requested),
      delivered: count(messages.delivered),
      refused: count(refused),
    });
  }
  for (const [reason, value] of Object.entries(messages.refused)) figures[`refused.${reason}`] = count(value);
  return figures;
}

/** Reads the page and tells every figure that is missing or reads otherwise. */
export async function compareFigures(page, expected) {
  const problems = [];
  for (const [name, text] of Object.entries(expected)) {
    const figure = page.locator(`[data-figure="${name}"]`).first();
    const seen = await figure
      .filter({ hasText: new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) })
      .waitFor({ timeout: 10_000 })
      .then(() => text)
      .catch(async () => ((await figure.count()) > 0 ? ((await figure.textContent()) ?? '') : '(not on the page)'));
    if (seen !== text) problems.push(`figure ${name}: expected ${text}, seen ${seen}`);
  }
  return problems;
}
