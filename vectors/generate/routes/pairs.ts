/** All ordered pairs of the situations of chapter 8. */
import type { End, Routes, Rule, Told } from './decision.ts';
import { end } from './decision.ts';

/** What the DC sees of a node; one that it does not have is left out. */
interface Sight {
  readonly local: readonly string[];
  readonly v4?: string;
  readonly v6?: string;
  readonly features?: readonly number[];
}

type Code = 'G4' | 'FC' | 'RC' | 'PR' | 'SY' | 'CE' | 'CS' | 'V6' | 'V64' | 'DS';

/** The table of pairs: the rule of each, MN down, CN across, both in the order of the codes here. */
const RULES: Readonly<Record<Code, string>> = {
  G4: '4 5a 5a 5a 5a 5a 5a 3 5a 5a',
  FC: '5i 7 7 7 7 7 7 3 7 7',
  RC: '5i 7 7 7 7 7 7 3 7 7',
  PR: '5i 7 7 7 7 7 7 3 7 7',
  SY: '5i 7 7 7 7 7 7 3 7 7',
  CE: '5i 7 7 7 7 7 7 3 7 7',
  CS: '5i 7 7 7 7 7 7 3 7 7',
  V6: '3 3 3 3 3 3 3 2 2 2',
  V64: '5i 7 7 7 7 7 7 2 2 2',
  DS: '5i 7 7 7 7 7 7 2 2 2',
};
const CODES = Object.keys(RULES) as Code[];

/** @param net `203.0.113` and `1` for MN, so that no two situations share an address. */
function sights(net: string, site: number): Readonly<Record<Code, Sight>> {
  const [own6, other6] = [`[2001:db8:${site}::6]:5000`, `[2001:db8:${site}::64]:5000`];
  const dual6 = `[2001:db8:${site}::d5]:5000`;
  return {
    G4: { local: [`${net}.4:5000`], v4: `${net}.4:5000` },
    FC: { local: [`192.168.${site}.2:5000`], v4: `${net}.11:5000` },
    RC: { local: [`192.168.${site}.3:5000`], v4: `${net}.12:5000` },
    PR: { local: [`10.${site}.0.4:5000`], v4: `${net}.13:40004` },
    SY: { local: [`172.16.${site}.5:5000`], v4: `${net}.14:61234` },
    CE: { local: [`192.168.${site}.6:5000`], v4: `${net}.15:1024` },
    CS: { local: [`100.64.${site}.7:5000`], v4: `${net}.16:1025` },
    V6: { local: [own6], v6: own6 },
    V64: { local: [other6], v6: other6, features: [1] },
    DS: { local: [`192.168.${site}.8:5000`, dual6], v4: `${net}.17:40008`, v6: dual6 },
  };
}

export const MN = sights('203.0.113', 1);
export const CN = sights('198.51.100', 2);

/** A node of the DC's own. */
export function ownEnd({ local, v4, v6, features = [] }: Sight): End {
  const observed = [v4, v6].filter((one) => one !== undefined);
  return end(local, observed, { features });
}

/** By the family that the rule names: what was observed. The local ones here are the same or private. */
function told(rule: string, mn: Sight, cn: Sight): Told {
  const of = ({ v4, v6 }: Sight): string[] => {
    const seen = rule === '2' ? v6 : /^[45]/.test(rule) ? v4 : undefined;
    return seen === undefined ? [] : [seen];
  };
  return { mn: of(cn), cn: of(mn) };
}

export function pairs(family: Routes): void {
  for (const mn of CODES) {
    const row = RULES[mn].split(' ') as Rule[];
    CODES.forEach((cn, i) => {
      const rule = row[i];
      if (rule === undefined) throw new Error(`${mn} has no rule for ${cn}`);
      family.decided(
        `pair.${mn.toLowerCase()}-${cn.toLowerCase()}`,
        `${mn} to ${cn}, behind different NATs.`,
        ['DC-28', 'DC-35'],
        { mn: ownEnd(MN[mn]), cn: ownEnd(CN[cn]) },
        rule,
        told(rule, MN[mn], CN[cn]),
      );
    });
  }
}
