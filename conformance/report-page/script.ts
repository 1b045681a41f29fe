/** What the page can do with a script: filter, open what a link points at, copy a command. It is readable without. */

export const SCRIPT = `'use strict';
const bar = document.getElementById('filter');
const [text, role, verdict] = ['text', 'role', 'verdict'].map((name) => bar.querySelector('[name=' + name + ']'));
const cases = [...document.querySelectorAll('details.case')];
const texts = cases.map((one) => one.querySelector('summary').textContent.toLowerCase());
const groups = [...document.querySelectorAll('.group, .chapter')];
const none = document.getElementById('none');
const unfold = document.getElementById('unfold');

function filter() {
  const words = text.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  cases.forEach((one, at) => {
    const fits = words.every((word) => texts[at].includes(word))
      && (role.value === '' || one.dataset.roles.split(' ').includes(role.value))
      && (verdict.value === '' || one.dataset.verdict === verdict.value);
    one.hidden = !fits;
    if (fits) shown++;
  });
  for (const group of groups) group.hidden = !group.querySelector('details.case:not([hidden])');
  none.hidden = shown > 0;
  bar.querySelector('output').value = shown === cases.length ? '' : shown + ' of ' + cases.length;
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null) return;
  if (target.hidden) {
    text.value = role.value = verdict.value = '';
    filter();
  }
  for (let at = target; at !== null; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
  target.scrollIntoView();
}

bar.addEventListener('input', filter);
unfold.addEventListener('click', () => {
  const open = unfold.textContent === 'Open all';
  for (const one of cases) if (!one.hidden) one.open = open;
  unfold.textContent = open ? 'Close all' : 'Open all';
});
for (const button of document.querySelectorAll('button.copy')) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}
bar.hidden = false;
addEventListener('hashchange', openTarget);
openTarget();
`;
