/** `wanted` is a RegExp, a part of a string, a class, a plain value, or an object of these. */
export function matches(found: unknown, wanted: unknown): boolean {
  if (wanted instanceof RegExp) return wanted.test(String(found));
  if (typeof wanted === 'string') return typeof found === 'string' && found.includes(wanted);
  if (typeof wanted === 'function') return found instanceof wanted;
  if (typeof wanted !== 'object' || wanted === null) return Object.is(found, wanted);
  if (typeof found !== 'object' || found === null) return false;
  return Object.entries(wanted).every(([key, part]) =>
    matches((found as Record<string, unknown>)[key], part),
  );
}
