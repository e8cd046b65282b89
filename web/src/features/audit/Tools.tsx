import type { AuditApproval, AuditTool } from "../../api/audit";
import { Section } from "../../console/Section";
import { secondsText } from "../../console/times";
import { StateDot } from "../../design/Badge";
import { humanised } from "../../form/words";

const times = (count: number, word: string): string =>
  `${count} ${count === 1 ? word : `${word}s`}`;

/** What the agent called, how that went, and what people decided. */
export function Tools({ tools, approvals }: { tools: AuditTool[]; approvals: AuditApproval[] }) {
  if (tools.length === 0 && approvals.length === 0) return null;
  return (
    <Section title="Tools">
      <ul aria-label="Tools" className="divide-y divide-line">
        {tools.map((tool) => (
          <li key={tool.name} className="py-3">
            <p className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
              <span className="font-mono text-[0.9375rem]">{tool.name}</span>
              <StateDot tone={tool.success ? "good" : "danger"}>
                {tool.success ? "Went well" : "Failed"}
              </StateDot>
              <span className="text-sm text-ink-faint tabular-nums">
                {times(tool.calls, "call")}
                {tool.attempts > tool.calls && `, ${times(tool.attempts, "attempt")}`},{" "}
                {secondsText(tool.seconds)}
              </span>
            </p>
            {tool.summary !== "" && (
              <p className="mt-1 text-sm leading-snug text-ink-soft [overflow-wrap:anywhere]">
                {tool.summary}
              </p>
            )}
          </li>
        ))}
        {approvals.map((approval) => (
          <li key={approval.id} className="py-3 text-sm">
            {humanised(approval.action)}: {humanised(approval.decision).toLowerCase()}
            {approval.decided_by !== null && ` by ${approval.decided_by}`}
          </li>
        ))}
      </ul>
    </Section>
  );
}
