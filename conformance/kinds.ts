/** What kinds of cases there are; `case.ts` says what each is. */
export const KINDS = ['script', 'property', 'model', 'scan'] as const;
export type Kind = (typeof KINDS)[number];
