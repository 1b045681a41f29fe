/** Figures as text: three digits that count, for no more of them come out the same twice. */
import type { Figure } from './section.ts';

const DIGITS = 3;

/** A number with thousands parted by commas: 0.0123, 4.48, 322,000. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const rounded = Number(value.toPrecision(DIGITS));
  const digits =
    rounded === 0 ? 0 : Math.max(0, DIGITS - 1 - Math.floor(Math.log10(Math.abs(rounded)) + 1e-9));
  const [whole = '', fraction] = rounded.toFixed(Math.min(digits, 12)).split('.');
  const parted = whole.replace(/(?<=\d)(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? parted : `${parted}.${fraction}`;
}

/** A mark of a scale: no digits that say nothing. */
export function tickText(value: number): string {
  const text = numberText(value);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** The median, and from where to where the measurements went if there were several. */
export function figureText({ median, min, max, runs }: Figure): string {
  return runs === 1 ? numberText(median) : `${numberText(median)} (${numberText(min)} to ${numberText(max)})`;
}

/** How much one is of another: `× 1.50` is one and a half times it, `÷ 11.5` an 11.5th. */
export function ratioText(of: number, base: number): string {
  const ratio = of / base;
  if (!Number.isFinite(ratio) || ratio <= 0) return '?';
  return ratio >= 1 ? `× ${numberText(ratio)}` : `÷ ${numberText(1 / ratio)}`;
}
