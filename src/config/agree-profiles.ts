/**
 * What written profiles and the apps that name them must agree on, and what their fields risk.
 * Pure; works on the parts that are sound by themselves.
 */
import { type FieldDoc, PROFILE_FIELDS, PROFILES, type ProfileField } from '../scim/index.ts';
import type { Finding } from './agree.ts';
import { nearest } from './nearest.ts';
import { isPublished, type ProfileFile, PUBLISHED } from './profile-schema.ts';

type SoundProfile = { readonly [K in keyof ProfileFile]?: ProfileFile[K] | undefined };

const FIELDS = Object.entries<FieldDoc>(PROFILE_FIELDS) as readonly (readonly [ProfileField, FieldDoc])[];

/** Values that can do harm, where they are not what the published profile has anyway. */
function risks(name: string, profile: SoundProfile): Finding[] {
  return FIELDS.flatMap(([field, { risks: known = [] }]) => {
    const value = profile[field];
    if (value === undefined || (profile.like !== undefined && PROFILES[profile.like][field] === value)) return [];
    return known
      .filter((risk) => risk.value === value)
      .map((risk) => ({ path: ['profiles', name, field], what: `(${risk.value}) ${risk.what}`, fix: risk.fix }));
  });
}

/** A form of removal that is never sent blindly, on groups that can never be read. */
function removesNobody(name: string, profile: SoundProfile): Finding[] {
  const { removeForm, membersReadable, membershipSource } = profile;
  if (removeForm !== 'entraValue' || (membersReadable !== 'no' && membershipSource !== 'user')) return [];
  const what = "(entraValue) is sent only where the group's own list of members can be read, and here it never can";
  return [{ path: ['profiles', name, 'removeForm'], what, fix: 'take out one of the two: as it is nobody is removed' }];
}

/** @param used name of the profile, by app */
export function agreeOnProfiles(
  profiles: Readonly<Record<string, SoundProfile>>,
  used: Readonly<Record<string, string | undefined>>,
): { readonly faults: readonly Finding[]; readonly warnings: readonly Finding[] } {
  const faults: Finding[] = [];
  const warnings: Finding[] = [];
  const written = Object.keys(profiles);
  const named = new Set(Object.values(used));
  for (const [name, profile] of Object.entries(profiles)) {
    if (isPublished(name)) {
      const fix = `choose another name, and write like: ${name}`;
      faults.push({ path: ['profiles', name], what: 'has the name of a published profile', fix });
    } else if (!named.has(name)) {
      warnings.push({
        path: ['profiles', name],
        what: 'is used by no app',
        fix: `write profile: ${name}, or take it out`,
      });
    }
    faults.push(...removesNobody(name, profile));
    warnings.push(...risks(name, profile));
  }
  for (const [app, name] of Object.entries(used)) {
    if (name === undefined || isPublished(name) || Object.hasOwn(profiles, name)) continue;
    const near = nearest(name, [...PUBLISHED, ...written]);
    const fix = near === undefined ? `write one of ${[...PUBLISHED, ...written].join(', ')}` : `did you mean ${near}?`;
    faults.push({ path: ['apps', app, 'profile'], what: 'is no profile that is known', fix });
  }
  return { faults, warnings };
}
