"""The detail of one step: its title, its tabs, and what each tab says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from replaydbg import codec
from replaydbg.core.branch import BranchStep, Provenance
from replaydbg.core.finding import Finding
from replaydbg.core.step import KINDS, Kind, Usage
from replaydbg.views.blocks import Block, Folds, json_blocks, shown
from replaydbg.views.conversation import Prose, as_written, conversation
from replaydbg.views.loops import loop_lines
from replaydbg.views.signs import SEVERITY_SIGNS, severity_look
from replaydbg.views.subject import Subject
from replaydbg.views.text import cost_words, duration_words, plural
from replaydbg.views.tool_fields import result_tab, tools_tab

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_INSIDE = "asked inside"
_ADDED_UP_STEPS_MAX = 20_000
"""Ten milliseconds of the screen's thread."""
MESSAGES, TOOLS, RESULT, RAW, TIMING, FINDINGS = range(6)

PROVENANCE_WORDS = {
    Provenance.RECORDED: "= reused",
    Provenance.EDITED: "✎ edited",
    Provenance.LIVE: "★ live",
    Provenance.HUMAN: "☺ by a person",
    Provenance.UNPROVEN: "? unproven",
    Provenance.STALE: "~ stale",
    Provenance.INTERRUPTED: "╳ interrupted",
}


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    short: str
    """For narrow panes."""
    count: int = 0
    """What is worth a look there: violations, findings. 0 shows nothing."""


Page = Callable[[str], str]
"""The page of a rule by its code: its docstring."""


def title(subject: Subject) -> str:
    step = subject.step
    names = [shown(step.name)]
    if step.agent and step.agent not in step.name:
        names.append(f"by {shown(step.agent)}")
    return f"#{step.number} {'  '.join(names)}"


def tabs(subject: Subject) -> tuple[Tab, ...]:
    wrong = len(subject.evidence_below("/tool_calls"))
    kind = subject.step.kind
    calls = len(subject.step.tool_calls)
    is_model_call = kind is Kind.MODEL_CALL
    return (
        Tab("Messages", "Msgs") if is_model_call else Tab("Story", "Story"),
        Tab(f"Tools {calls}" if calls else "Tools", "Tools", wrong),
        Tab("Reply", "Reply") if is_model_call else Tab("Result", "Result"),
        Tab("Raw", "Raw"),
        Tab("Timing", "Time"),
        Tab("Findings", "Why", len(subject.findings)),
    )


def tells_places(subject: Subject, tab: int) -> bool:
    """Whether places on the tab are those of the step document: the recording's own form has others."""
    return tab != RAW or subject.step.body.raw is None


def tab_blocks(
    subject: Subject, tab: int, folds: Folds, width: int, page: Page, *, prose: Prose = as_written
) -> Iterator[Block]:
    """What the tab says, made as the pane comes to need it. `width` in cells, for the tabs that set columns."""
    yield from _banner(subject)
    if tab == MESSAGES:
        yield from conversation(subject, folds, prose)
    elif tab == TOOLS:
        yield from tools_tab(subject, folds, width)
    elif tab == RESULT:
        yield from result_tab(subject, folds, prose)
    elif tab == RAW:
        yield from _raw(subject, folds)
    elif tab == TIMING:
        yield from _timing(subject)
    else:
        yield from _findings(subject, page)


def _banner(subject: Subject) -> Iterator[Block]:
    """What must be seen whatever the tab: where a step of a branch came from, and that it is edited."""
    if subject.origin is not None and subject.origin.provenance is not Provenance.RECORDED:
        yield Block(origin_words(subject.origin), _origin_look(subject.origin), hang=2)
        yield from (Block(f"! {shown(note)}", "warning", hang=2) for note in subject.origin.notes)
        yield Block()
    if subject.note:
        yield Block(f"¶ {shown(subject.note)}", "note", hang=2)
        yield Block()
    if subject.edits:
        places = ", ".join(dict.fromkeys(edit.pointer for edit in subject.edits))
        yield Block(f"✎ edited, not yet re-run: {shown(places)}", "edited")
        yield Block()


def origin_words(origin: BranchStep) -> str:
    """A model call whose request a person edited and a model then answered is both, and says so."""
    edited, _, answered = origin.reason.partition("; ")
    if origin.provenance is Provenance.EDITED and answered.startswith("asked "):
        return f"✎ {shown(edited)}, ★ the reply is live: {shown(answered)}"
    return f"{PROVENANCE_WORDS[origin.provenance]}: {shown(origin.reason)}"


def _origin_look(origin: BranchStep) -> str:
    looks = {Provenance.EDITED: "edited", Provenance.LIVE: "good", Provenance.HUMAN: "good"}
    return looks.get(origin.provenance, "warning")


def _raw(subject: Subject, folds: Folds) -> Iterator[Block]:
    raw = subject.step.body.raw
    if raw is None:
        yield Block("the step as replaydbg understands it (the recording keeps no other form of it)", "dim")
        yield from json_blocks(codec.step_document(subject.step), folds, name="document", exact=True)
        return
    yield Block(f"as the {shown(subject.facts.trace.source.format)} recording has it", "dim")
    yield from json_blocks(raw, folds, name="raw", exact=True)


def _timing(subject: Subject) -> Iterator[Block]:
    step = subject.step
    usage = step.body.usage
    lines = [
        ("started", codec.timestamp(step.started_ns) if step.started_ns is not None else None),
        ("into the run", _since_begin(subject)),
        ("took", None if step.duration_ms is None else duration_words(step.duration_ms)),
        ("status", str(step.status)),
        ("", ""),
        ("model", shown(step.model) or None),
        ("answered by", shown(step.body.response_model) or None),
        ("provider", shown(step.body.provider) or None),
        *((f"{name}", shown(str(value))) for name, value in step.body.params.items()),
        ("", ""),
        *_tokens(usage, step.kind),
        (_INSIDE, _asked_inside(subject)),
        ("cost", cost_words(step.cost_usd) or None),
        ("", ""),
        ("id", shown(step.id)),
        ("inside", shown(step.parent_id or "") or None),
    ]
    is_call = step.kind is Kind.MODEL_CALL
    left_out = {
        name
        for name, value in lines
        if value is None and (name == _INSIDE or (name == "cost" and not is_call))
    }
    left_out |= set() if is_call else {"model", "answered by", "provider"}
    lines = [line for line in lines if line[0] not in left_out]
    for name, value in lines:
        text = f"{name:<13} {'not recorded' if value is None else value}" if name else ""
        looks = ((0, 14, "dim"), (14, len(text), "dim" if value is None else ""))
        yield Block(text, spans=looks if name else ())
    if subject.origin is not None:
        yield Block()
        yield Block(origin_words(subject.origin))


def _tokens(usage: Usage, kind: Kind) -> list[tuple[str, str | None]]:
    """Of a model call also what is missing; of another step what the recording says of it, mostly the sum of those inside."""
    counts = (
        ("input", usage.input_tokens),
        ("of it cached", usage.cache_read_tokens),
        ("output", usage.output_tokens),
        ("of it thinking", usage.reasoning_tokens),
    )
    return [
        (name, None if count is None else plural(count, "token"))
        for name, count in counts
        if count is not None or (kind is Kind.MODEL_CALL and not name.startswith("of it"))
    ]


def _asked_inside(subject: Subject) -> str | None:
    """`12 model calls, 17,320 tokens, $0.02`: what the calls inside this step took, of so many as are added up at once; None where there are none."""
    trace, end = subject.facts.trace, subject.row + 1 + subject.inside()
    if end - subject.row > _ADDED_UP_STEPS_MAX:
        return f"{end - subject.row - 1:,} steps, too many to add up here: their tokens stand in the list"
    inside = range(subject.row + 1, end)
    calls = [
        row
        for row, kind in zip(inside, trace.kinds[subject.row + 1 : end], strict=True)
        if kind == _MODEL_CALL
    ]
    if not calls:
        return None
    tokens = [count for row in calls if (count := trace.tokens(row)) is not None]
    costs = [cost for row in calls if (cost := trace.cost_usd(row)) is not None]
    facts = [
        plural(len(calls), "model call"),
        plural(sum(tokens), "token") if tokens else "tokens not recorded",
        cost_words(sum(costs)) if costs else "",
    ]
    return ", ".join(filter(None, facts))


def _since_begin(subject: Subject) -> str | None:
    begun, started = subject.facts.trace.begins_ns, subject.step.started_ns
    return None if begun is None or started is None else duration_words((started - begun) / 1e6)


def _findings(subject: Subject, page: Page) -> Iterator[Block]:
    if not subject.findings:
        yield Block("no finding names this step" if subject.known else "the rules are still looking", "dim")
    for finding in sorted(subject.findings, key=lambda finding: -finding.severity):
        yield from finding_blocks(subject, finding, page)


def finding_blocks(subject: Subject, finding: Finding, page: Page) -> Iterator[Block]:
    look = severity_look(finding.severity)
    head = f"{SEVERITY_SIGNS[finding.severity]} {finding.severity.label}  {finding.name} ({finding.code})"
    yield Block(head, look, mark="▍", mark_look=look)
    yield Block(shown(finding.message), "strong", mark="▍", mark_look=look)
    if finding.schema_source:
        yield Block(f"schema from {shown(finding.schema_source)}", "dim", mark="▍", mark_look=look)
    row = subject.facts.trace.row
    for evidence in finding.evidence[:_EVIDENCE_SHOWN]:
        at = row(evidence.step_id)
        text = (
            f"#{at + 1}{' ' + shown(evidence.pointer) if evidence.pointer else ''}: {shown(evidence.message)}"
        )
        yield Block(text, indent=2, mark="▍", mark_look=look, row=at)
    if finding.loop is not None:
        for line in loop_lines(subject.facts.trace, finding.loop):
            yield Block(line.text, "dim", indent=2, hang=2, mark="▍", mark_look=look, row=line.row)
    others = [f"#{row(step_id) + 1}" for step_id in finding.step_ids if step_id != subject.step.id]
    if others:
        more = f" and {len(others) - _STEPS_SHOWN} more" if len(others) > _STEPS_SHOWN else ""
        yield Block(f"also {', '.join(others[:_STEPS_SHOWN])}{more}", "dim", mark="▍", mark_look=look)
    yield Block()
    for heading, text in sections(page(finding.code)):
        if heading != "Example":
            yield Block(heading, "heading", indent=2)
            yield Block(shown(text), indent=2)
            yield Block()


_EVIDENCE_SHOWN = 12
_STEPS_SHOWN = 12


def sections(page: str) -> Iterator[tuple[str, str]]:
    """The sections of a rule's page: a heading is a line of its own that `##` or a line of signs sets apart."""
    heading, lines = "", list[str]()
    for line in page.splitlines():
        name = line.strip("#*_: ").strip()
        if name in _HEADINGS:
            if heading:
                yield heading, _flowing(lines)
            heading, lines = name, []
        elif set(line.strip()) - set("-=~"):
            lines.append(line)
        elif not line.strip():
            lines.append("")
    if heading:
        yield heading, _flowing(lines)


_HEADINGS = ("What it finds", "Why it matters", "Example", "What to do", "Settings")


def _flowing(lines: list[str]) -> str:
    """Paragraphs on one line each, so that the pane wraps them to its own width; lists keep their lines."""
    paragraphs: list[str] = []
    fresh = True
    for line in lines:
        text = line.strip()
        if not text:
            fresh = True
        elif fresh or text.startswith(("* ", "- ", "`")):
            paragraphs.append(text)
            fresh = False
        else:
            paragraphs[-1] += " " + text
    return "\n".join(paragraphs)
