// When another gateway counts as told of a revoke.
import { expect, test } from "vitest";
import { tellOne } from "#app/consents/tell-one.ts";
import type { AskGateway } from "#app/service/index.ts";
import { Failure } from "#protocol/failure.ts";
import type { Act } from "#protocol/typed-data/index.ts";

const subject = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const revocation = { grantee: subject, scope: `0x${"01".repeat(32)}`, ceiling: 1 } as const;
const act: Act = { name: "revokeMany", args: { subject, revocations: [revocation, revocation] } };

/** Tells a gateway that gives these answers, one after the other; gives how often it was asked and what came of it. */
async function tell(...answers: (number | Failure)[]) {
  let asked = 0;
  const ask: AskGateway = async (_path, { schema }) => {
    const answer = answers[asked++];
    if (answer instanceof Failure) throw answer;
    return schema.parse({ heard: answer });
  };
  const outcome = await tellOne(ask, { act, body: {}, lagMs: 0 }).then(
    () => "told",
    (error: unknown) => (error instanceof Failure ? error.code : "thrown"),
  );
  return { asked, outcome };
}

test("A gateway that ends all that was named is told, and so is one that the ledger told before", async () => {
  expect(await tell(2)).toEqual({ asked: 1, outcome: "told" });
  expect(await tell(new Failure("conflict", "Ended."))).toEqual({ asked: 1, outcome: "told" });
});

test("A gateway that sees less of it is asked once more, and is not told if it still does", async () => {
  const unseen = new Failure("unavailable", "Not seen.");
  expect(await tell(0, 2)).toEqual({ asked: 2, outcome: "told" });
  expect(await tell(unseen, 2)).toEqual({ asked: 2, outcome: "told" });
  expect(await tell(1, 1)).toEqual({ asked: 2, outcome: "unavailable" });
  expect(await tell(unseen, unseen)).toEqual({ asked: 2, outcome: "unavailable" });
  expect(await tell(new Failure("refused", "No."))).toEqual({ asked: 1, outcome: "refused" });
});
