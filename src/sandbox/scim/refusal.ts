// A request the service refuses, in the words of RFC 7644 §3.12. Refuses to know about HTTP connections.

import type { JsonObject } from './json.ts';

export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** The detail error keywords of RFC 7644 §3.12, and of RFC 9865 §2.1 for cursors. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

/** Thrown anywhere while a request is worked on; nothing of that request is kept. */
export class Refusal extends Error {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, scimType: ScimType | undefined, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.name = 'Refusal';
    this.status = status;
    this.scimType = scimType;
    this.headers = headers;
  }
}

/** The error body of RFC 7644 §3.12; `status` is a string there. */
export function errorBody(status: number, scimType: string | undefined, detail: string): JsonObject {
  return {
    schemas: [ERROR_SCHEMA],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail,
  };
}
