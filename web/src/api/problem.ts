import type { FieldProblem, Problem } from "./types";

/**
 * What went wrong with a request, in words that can be shown.
 *
 * `status` is 0 when no answer came at all (offline, server down); `retryAfter` is in seconds.
 */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;
  readonly retryAfter: number | null;
  /** What is wrong with single fields. */
  readonly fields: FieldProblem[];

  constructor(
    problem: Pick<Problem, "status" | "code" | "title" | "detail"> &
      Partial<Pick<Problem, "request_id" | "errors">>,
    retryAfter: number | null = null,
  ) {
    super(problem.detail || problem.title);
    this.name = "ProblemError";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.requestId = problem.request_id ?? null;
    this.retryAfter = retryAfter;
    this.fields = problem.errors ?? [];
  }

  /** Whether the same request may well succeed later. */
  get retryable(): boolean {
    return [0, 408, 425, 429].includes(this.status) || this.status >= 500;
  }
}

export const unreachable = (): ProblemError =>
  new ProblemError({
    status: 0,
    code: "unreachable",
    title: "No connection",
    detail: "The server could not be reached. Check your connection and try again.",
  });

/** Reads `Retry-After`, which is either seconds or a date. */
export function retryAfterSeconds(header: string | null, now: number = Date.now()): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

/** The problem in one text; what is wrong with single fields follows the whole. */
function detailOf(body: Partial<Problem>, status: number): string {
  const fields = (body.errors ?? []).map((error) => `${error.field}: ${error.message}`);
  const detail = [body.detail, ...fields].filter(Boolean).join(" ");
  return detail || `The server answered with status ${status}. Try again in a moment.`;
}

/** Makes the error of a failed response, whether or not its body is a problem document. */
export async function problemFrom(response: Response): Promise<ProblemError> {
  const { status } = response;
  const body = ((await response.json().catch(() => null)) ?? {}) as Partial<Problem>;
  const problem = {
    status,
    code: body.code ?? `http_${status}`,
    title: body.title ?? "The server answered with an error",
    detail: detailOf(body, status),
    ...(body.request_id === undefined ? {} : { request_id: body.request_id }),
    ...(Array.isArray(body.errors) ? { errors: body.errors } : {}),
  };
  return new ProblemError(problem, retryAfterSeconds(response.headers.get("Retry-After")));
}
