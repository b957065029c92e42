// Documents as the ledger knows them: ids, authors, versions and manifests; nothing of what they say.

import type { Address, Hex } from "viem";
import type { Queryable } from "./database.ts";
import { isFinal } from "./final.ts";

/** A document. Statuses are #protocol/codes'. */
export type Document = {
  key: string;
  subject: Address;
  document: Hex;
  author: Address;
  status: number;
  version: number;
  manifest: Hex;
  addedAt: number;
  changedAt: number;
  grantee: Address | null;
  scope: Hex | null;
  endedBy: Address | null;
  tx: Hex;
  final: boolean;
};

const columns = `key, subject, document, author, status, version, manifest, added_at as "addedAt", changed_at as "changedAt",
  grantee, scope, ended_by as "endedBy", tx, ${isFinal("documents")} as final`;

/** A subject's documents, or those by one author, or only the given ids; last changed first. */
export async function listDocuments(
  db: Queryable,
  options: {
    subject: Address;
    author: Address | null;
    /** Only these, or those by `author` when given too. */
    documents: readonly Hex[] | null;
    after: [number, string] | null;
    limit: number;
  },
): Promise<Document[]> {
  const { subject, author, documents, after, limit } = options;
  return db.query<Document>(
    `select ${columns} from documents
     where subject = $1 and (($2::text is null and $3::text[] is null) or author = $2 or document = any($3))
       and ($4::bigint is null or (changed_at, key) < ($4, $5))
     order by changed_at desc, key desc limit $6`,
    [subject, author, documents, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

/** One version of a document, as it was put on the ledger. */
export type DocumentVersion = {
  version: number;
  manifest: Hex;
  author: Address;
  at: number;
  tx: Hex;
  final: boolean;
};

/** Every version of a document above `after`, the first one first, at most `limit`. */
export async function listVersions(
  db: Queryable,
  { subject, document, after = 0, limit }: { subject: Address; document: Hex; after?: number; limit: number },
): Promise<DocumentVersion[]> {
  return db.query<DocumentVersion>(
    `select version, manifest, author, at, tx, ${isFinal("document_versions")} as final from document_versions
     where subject = $1 and document = $2 and version > $3 order by version limit $4`,
    [subject, document, after, limit],
  );
}
