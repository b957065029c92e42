// Documents and each of their versions, as Records.sol tells them.

import { unpackDocument } from "#protocol/history/index.ts";
import { keyOf, patch, put } from "./change.ts";
import type { Change, KnownAct } from "./change.ts";

/** What an act does to documents. */
export function documentChanges(act: KnownAct): Change[] {
  switch (act.event) {
    case "Anchored":
    case "Filed": {
      const { subject, document, manifest } = act.args;
      const record = unpackDocument(act.args.record);
      const filed =
        act.event === "Filed" ? { grantee: act.args.grantee, scope: act.args.scope } : { grantee: null, scope: null };
      const key = keyOf(subject, document);
      return [
        {
          table: "documents",
          key,
          next: (before) => ({
            key,
            subject,
            document,
            author: record.author,
            status: record.status,
            version: record.version,
            manifest,
            added_at: before?.["added_at"] ?? act.stamp.time,
            changed_at: record.changedAt,
            ...filed,
            ended_by: null,
            tx: act.tx,
          }),
        },
        put("document_versions", {
          key: keyOf(subject, document, record.version),
          subject,
          document,
          version: record.version,
          manifest,
          author: record.author,
          at: act.stamp.time,
          tx: act.tx,
        }),
      ];
    }
    case "Withdrawn":
    case "Rejected": {
      const { subject, document } = act.args;
      const record = unpackDocument(act.args.record);
      const by = act.event === "Withdrawn" ? act.args.by : subject;
      return [
        patch("documents", keyOf(subject, document), {
          status: record.status,
          version: record.version,
          changed_at: record.changedAt,
          ended_by: by,
          tx: act.tx,
        }),
      ];
    }
    default:
      return [];
  }
}
