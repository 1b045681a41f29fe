/** What a checker of HTML and of its accessibility says of a page. */
import { HtmlValidate } from 'html-validate';

const validator = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y'],
  // A matter of taste, or not so: ids are those of cases, clauses and sections, with points in them.
  rules: { 'valid-id': ['error', { relaxed: true }], 'long-title': 'off', 'no-inline-style': 'error' },
});

/** @returns one line for each fault. It takes minutes for pages of a megabyte. */
export async function faultsOf(page: string): Promise<string[]> {
  const { results } = await validator.validateString(page);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line }) => `${line}: ${ruleId}: ${message}`),
  );
}
