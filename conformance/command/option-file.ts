/** A file of options, one a line as on the command line: what `init` writes and `--options` reads. */
import { Mistake } from './mistake.ts';
import { didYouMean } from './nearest.ts';

/** An option of a command. */
export interface KnownOption {
  /** `--depth <name>` */
  readonly flags: string;
  /** `--depth` */
  readonly long: string;
  readonly description: string;
  /** What it is if nobody says. */
  readonly usual?: string | undefined;
  readonly takesValue: boolean;
}

/** Options by what they are about. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly KnownOption[];
}

const HEAD = `# Options of ntm-conform, one a line as on the command line. What stands there replaces what stands here;
# paths are seen from where the command is run. A line that begins with # is not read.`;

/** A file in which every option is explained and none is on, but those that are given. */
export function renderOptionFile(
  groups: readonly OptionGroup[],
  on: Readonly<Record<string, string>>,
): string {
  const parts = groups.flatMap(({ title, options }) => [
    `## ${title}`,
    ...options.map((option) => entry(option, on[option.long])),
  ]);
  return `${[HEAD, ...parts].join('\n\n')}\n`;
}

function entry({ flags, long, description, usual }: KnownOption, value: string | undefined): string {
  const line =
    value === undefined ? `# ${usual === undefined ? flags : `${long} ${usual}`}` : `${long} ${value}`;
  return `# ${description}\n${line}`;
}

/**
 * The words of a file for the command line.
 * @param all options that a file may have
 * @param own those that the command has; the others are not for it
 * @param written long names of what stands on the command line and replaces what stands in the file
 * @throws Mistake
 */
export function readOptionFile(
  file: string,
  text: string,
  {
    all,
    own,
    written,
  }: {
    readonly all: readonly KnownOption[];
    readonly own: ReadonlySet<string>;
    readonly written: ReadonlySet<string>;
  },
): string[] {
  return text.split('\n').flatMap((line, index) => {
    const [, long, value] = /^\s*([^\s=]*)[\s=]*(.*?)\s*$/.exec(line) ?? [];
    if (long === undefined || long === '' || long.startsWith('#')) return [];
    const where = `${file}:${index + 1}`;
    const known = all.find((option) => option.long === long);
    if (known === undefined) {
      const names = all.map((option) => option.long);
      throw new Mistake(`${where}: ${long} is no option that a file may have.${didYouMean(long, names)}`);
    }
    if (known.takesValue && !value)
      throw new Mistake(`${where}: ${long} has no value: write it like ${known.flags}.`);
    if (!known.takesValue && value)
      throw new Mistake(`${where}: ${long} takes no value: take ${value} away.`);
    if (written.has(long) || !own.has(long)) return [];
    return value ? [long, value] : [long];
  });
}
