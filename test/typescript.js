// Preloaded by the test runner. Node before 22.18 takes no TypeScript: there, and in the programs that a
// test starts there, tsx does. All other runtimes run the sources themselves.
if (!process.features.typescript) {
  await import('tsx');
  const preload = `--import=${import.meta.url}`;
  const options = process.env.NODE_OPTIONS ?? '';
  if (!options.includes(preload)) process.env.NODE_OPTIONS = `${options} ${preload}`.trim();
}
