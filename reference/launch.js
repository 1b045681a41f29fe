// Starts a program from its sources where the runtime takes TypeScript, else from dist/.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);

/**
 * Runs `main(argv)` of an entry module and ends the process with the exit status it resolves to.
 *
 * @param {string} entry path of the module below the package, without its extension
 */
export async function launch(entry) {
  const [file, problem] = choose(entry);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(2);
  }
  const { main } = await import(file.href);
  const status = await main(process.argv.slice(2));
  await Promise.all([process.stdout, process.stderr].map(flushed));
  // Not only exitCode: an open socket, even an unreferenced one on Deno, would keep the process alive.
  process.exit(status);
}

/** @returns {[URL] | [undefined, string]} the module to load, or one line that says what to do */
function choose(entry) {
  const source = new URL(`${entry}.ts`, root);
  const built = new URL(`dist/${entry}.js`, root);
  // Node strips no types below node_modules, so an installed package runs what was built for it.
  const installed = root.pathname.includes('/node_modules/');
  const order = takesTypeScript() && !installed ? [source, built] : [built];
  const file = order.find((url) => existsSync(url));
  if (file !== undefined) return [file];
  if (existsSync(source)) {
    const folder = fileURLToPath(root);
    return [
      undefined,
      `Not built yet: run "npm run build" in ${folder}, or use Deno, Bun or Node 22.18 or later.`,
    ];
  }
  return [
    undefined,
    `This copy of ntmobile-conformance is incomplete: ${entry} is missing. Install it again.`,
  ];
}

function takesTypeScript() {
  return 'Deno' in globalThis || 'Bun' in globalThis || Boolean(process.features.typescript);
}

/** Ends a stream: Bun calls back for a write before the bytes of earlier ones are out, but not for an end. */
function flushed(stream) {
  return new Promise((resolve) => {
    stream.once('error', resolve);
    stream.once('close', resolve);
    stream.end(resolve);
  });
}
