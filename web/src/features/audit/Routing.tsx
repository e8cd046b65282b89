import type { AuditRecord } from "../../api/audit";
import { RouteSection } from "../routing/RouteNote";
import { routeIn } from "../routing/words";
import { usePayload } from "./queries";

type Passed = { by: string; to: string; reason: string };

const isPassed = (value: unknown): value is Passed =>
  typeof value === "object" &&
  value !== null &&
  ["by", "to", "reason"].every((name) => typeof (value as never)[name] === "string");

/** Whose the message was found to be, and why; nothing where one agent had it alone. */
export function Routing({ record }: { record: AuditRecord }) {
  const kept = record.personal === "readable" && record.payload_bytes > 0;
  const payload = usePayload(record.id, kept);
  const found = payload.data?.inputs.more["route"];
  const route = routeIn(found);
  if (route === null) return null;
  const { given_on: given } = found as { given_on?: unknown };
  return <RouteSection route={route} givenOn={Array.isArray(given) ? given.filter(isPassed) : []} />;
}
