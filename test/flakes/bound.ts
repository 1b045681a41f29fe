/** How high a rate can be when few of many were counted. */

/**
 * The exact upper bound of a rate (Clopper and Pearson, one-sided): the rate at which as few as `count` of `tries`, or
 * fewer, come up with a probability of 1 - `confidence`. Of 0 it is about 3 / tries at 95 %, the rule of three.
 * @throws RangeError unless 0 <= count <= tries and 0 < confidence < 1.
 */
export function upperBound(count: number, tries: number, confidence = 0.95): number {
  const isCount = Number.isInteger(count) && Number.isInteger(tries) && count >= 0 && count <= tries;
  if (!isCount || !(confidence > 0 && confidence < 1)) throw new RangeError(`no rate: ${count} of ${tries}`);
  if (count === tries) return 1;
  let [low, high] = [count / tries, 1];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (atMost(count, tries, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** So many leave nothing of the interval that a number could hold. */
const HALVINGS = 60;

/** The probability of `count` or fewer of `tries` at a rate; by logarithms, as powers of it come to nothing. */
function atMost(count: number, tries: number, rate: number): number {
  let term = tries * Math.log1p(-rate);
  let sum = Math.exp(term);
  for (let k = 1; k <= count; k++) {
    term += Math.log((tries - k + 1) / k) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(term);
  }
  return sum;
}
