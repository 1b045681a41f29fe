import { posix } from 'node:path';
import ts from 'typescript';
import type { Layer } from './table.ts';
import { layers } from './table.ts';

/** Names that read a clock, draw chance, wait, print or ask the platform: not for pure code. */
const outside = new Set([
  ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'crypto'],
  ...['process', 'console', 'fetch', 'Worker', 'Deno', 'Bun'],
]);

/** What one source says against the table, as one line each. */
export function violations(path: string, source: string): string[] {
  const layer = layerOf(path);
  if (layer === undefined) return [`${path} is in no layer`];
  const strays = importsOf(path, source).filter((target) => !mayImport(layer, path, target));
  const found = strays.map((target) => `${path} imports ${target}`);
  if (layer.io) return found;
  return [...found, ...namesOutside(path, source).map((name) => `${path} uses ${name}`)];
}

const computes = new Set(['node:crypto', 'node:buffer']);

/** Whether a source has to do with the world outside: the platform's, or a network that it is handed. */
export function doesIo(path: string, source: string): boolean {
  const reaches = (target: string) =>
    target === 'reference/net/net.ts' || (target.startsWith('node:') && !computes.has(target));
  return importsOf(path, source).some(reaches) || namesOutside(path, source).length > 0;
}

export function isIoLayer(path: string): boolean {
  return layerOf(path)?.io ?? false;
}

function layerOf(path: string): Layer | undefined {
  return layers.find((row) => instance(row.of, path) !== undefined);
}

/** Imported files, from the project's root, and packages. */
export function importsOf(path: string, source: string): string[] {
  const { importedFiles } = ts.preProcessFile(source, true, true);
  const targets = importedFiles.map(({ fileName }) =>
    fileName.startsWith('.') ? posix.join(posix.dirname(path), fileName) : fileName,
  );
  return [...new Set(targets)];
}

function mayImport(layer: Layer, path: string, target: string): boolean {
  // Its own files: those of the same folder, or of the same row when that names files.
  const own = layer.of.endsWith('.ts') || instance(layer.of, target) === instance(layer.of, path);
  if (own && layerOf(target) === layer) return true;
  return layer.may.some((entry) => {
    if (entry === 'node:*') return target.startsWith('node:');
    return instance(entry, target) !== undefined || target.startsWith(`${entry}/`);
  });
}

/** The part of a path that a pattern stands for, or undefined. */
function instance(pattern: string, path: string): string | undefined {
  const parts = pattern.replace(/[.]/g, '\\.').replaceAll('*', '[^/]+');
  return new RegExp(pattern.endsWith('/') ? `^${parts}` : `^${parts}$`).exec(path)?.[0];
}

function namesOutside(path: string, source: string): string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') found.add('Math.random');
    if (ts.isIdentifier(node) && outside.has(node.text) && !isNameOnly(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.ES2023, true));
  return [...found];
}

/** A property of something else, or a type, that happens to have that name. */
function isNameOnly(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (
    ((ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent)) &&
      parent.name === node) ||
    ts.isTypeReferenceNode(parent)
  );
}
