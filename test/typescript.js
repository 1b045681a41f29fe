// Preloaded by the test runner. Node before 22.18 takes no TypeScript: there tsx does. All other runtimes run the
// sources themselves. A test started by hand has it in the programs that it starts, too; in `npm test` they are built.
if (!process.features.typescript) {
  await import('tsx');
  const isBuilt = process.env.NTM_TEST_RUNTIME !== undefined;
  const preload = `--import=${import.meta.url}`;
  const options = process.env.NODE_OPTIONS ?? '';
  if (!isBuilt && !options.includes(preload)) process.env.NODE_OPTIONS = `${options} ${preload}`.trim();
}
