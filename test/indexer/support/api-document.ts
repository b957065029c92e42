// The served /openapi.json as tests use it: its operations, and the check that an answer is one that it declares.

import { Validator } from "@cfworker/json-schema";
import type { Schema } from "./schema-arbitrary.ts";

/** A parameter of an operation. */
export type Parameter = { name: string; in: "path" | "query" | "header"; required: boolean; schema: Schema };

type Answers = Record<
  string,
  { description: string; headers?: Record<string, unknown>; content?: Record<string, { schema?: Schema }> }
>;

/** One operation. */
export type Operation = {
  operationId: string;
  method: string;
  path: string;
  parameters: Parameter[];
  body: { type: string; schema: Schema } | null;
  responses: Answers;
};

type Document = {
  paths: Record<
    string,
    Record<
      string,
      Omit<Operation, "body" | "parameters"> & {
        parameters?: Parameter[];
        requestBody?: { content: Record<string, { schema: Schema }> };
      }
    >
  >;
  components: { schemas: Record<string, Schema> };
};

/** Every operation of a document. */
export function listOperations(document: unknown): Operation[] {
  return Object.entries((document as Document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody, responses }]) => {
      const [content] = Object.entries(requestBody?.content ?? {});
      return {
        operationId,
        method,
        path,
        parameters,
        responses,
        body: content === undefined ? null : { type: content[0], schema: content[1].schema },
      };
    }),
  );
}

/** The shapes that the document's parts refer to. */
export function schemasOf(document: unknown): Record<string, Schema> {
  return (document as Document).components.schemas;
}

/** Makes the check: it gives what is wrong with an answer, or null. */
export function createAnswerCheck(document: unknown) {
  const components = { schemas: schemasOf(document) };
  const validators = new Map<string, Validator>();

  function validatorOf(name: string, schema: Schema): Validator {
    const made = validators.get(name) ?? new Validator({ ...schema, components } as never, "2020-12", true);
    validators.set(name, made);
    return made;
  }

  return (
    operation: Operation,
    { status, headers, text }: { status: number; headers: Headers; text: string },
  ): string | null => {
    const answer = operation.responses[String(status)];
    if (answer === undefined) return `The status ${status} is not declared.`;
    const wait = headers.get("Retry-After");
    if ("Retry-After" in (answer.headers ?? {}) && !/^[1-9]\d*$/.test(wait ?? ""))
      return `The status ${status} comes with a Retry-After, and this answer with ${wait}.`;
    const type = headers.get("Content-Type");
    const media = type?.split(";")[0]?.trim() ?? null;
    const declared = answer.content ?? {};
    if (Object.keys(declared).length === 0) return text === "" ? null : "A body came where none is declared.";
    const content = media === null ? undefined : declared[media];
    if (content === undefined) return `The type ${media} is not declared for ${status}.`;
    if (content.schema === undefined || !media?.endsWith("json")) return null;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return "The body is not JSON.";
    }
    const { valid, errors } = validatorOf(`${operation.operationId} ${status} ${media}`, content.schema).validate(
      value,
    );
    return valid
      ? null
      : `The body is not as declared: ${errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`).join(" ")}`;
  };
}
