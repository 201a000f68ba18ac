"""Ignored error.

What it finds:
    A tool that failed, and a final answer right after it that says nothing of a failure, in English; also one that the
    provider ran itself, and whose failure stands in the reply that ends well. An answer that apologises, reports the error
    or says what could not be done is quiet, and so is an agent that tries again. A look that failed beside one that
    worked is passed over rightly, as long as the answer does not speak of what only the failed one was asked for.

Why it matters:
    The user is told that something was done which was not. Nothing in the run looks wrong afterwards but this.

Example:
    issue_refund(...) -> "error: permission denied"; "Your refund is on its way!"

What to do:
    Read the result as the model got it: an error that reads like content is overlooked. Make it plain (`is_error`, or a
    first word "error"), re-run what follows, and see whether the answer becomes honest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from replaydbg.core.digest import canonical
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.message import Json, Text
from replaydbg.graph.calls import SeenCall
from replaydbg.graph.effects import changes_something, looks
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace
from replaydbg.graph.outcomes import Outcome
from replaydbg.graph.replies import Reply
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps, quoted

_ADMITS = re.compile(
    r"error|fail|unable|not able|can ?(?:no|')t|could ?n[o']t|couldn|wasn|didn|doesn|isn't|is not|won't|sorry|apolog"
    r"|issue|problem|unfortunate|invalid|not found|denied|reject|unsuccess|retry|again|unavailable|no (?:such|result|match)"
    r"|missing|wrong|however|instead|not (?:been|possible|exist|available|allowed|support)|without|stuck|limit|refus|timed? ?out"
    r"|block|except|crash|incorrect|mistake|trouble|exceed|none|only|unknown|difficult|must|need|human|transfer|block",
    re.IGNORECASE,
)
"""Words of an answer that does not hide a failure. Wide on purpose: what is left is an answer of good news alone."""
_WORD = re.compile(r"\b(?:the|is|are|you|your|and|to|of|has|have)\b", re.IGNORECASE)
"""An English sentence has one of these."""
_NAME = re.compile(r"[A-Z]\w+|\w*\d\w*")
_SUBJECT_CHARS_MIN = 3


def check(facts: Facts) -> Iterator[Finding]:
    yield from _after_calls(facts)
    for reply in facts.replies:
        if reply.hosted and reply.text_chars and not reply.calls:
            yield from _inside_reply(facts, reply)


def _after_calls(facts: Facts) -> Iterator[Finding]:
    calls, outcomes, followers = facts.calls, facts.outcomes, facts.threads.first_followers
    failed = {calls[at].row: at for at, outcome in enumerate(outcomes) if outcome.failed}
    answers = {followers.get(row) for row in failed}
    final = {
        reply.row
        for reply in facts.replies
        if reply.row in answers and reply.text_chars and not reply.calls and not reply.others
    }
    for row, at in failed.items() if final else ():
        follower, first = followers.get(row), at - calls[at].number
        if follower in final:
            of_reply = range(first, first + len(facts.index.calls(row)))  # they stand one behind the other
            yield from _ignored(facts, [(calls[one], outcomes[one]) for one in of_reply], follower)


def _ignored(facts: Facts, calls: list[tuple[SeenCall, Outcome]], follower: int) -> Iterator[Finding]:
    output = facts.trace.body(follower).output
    text = output.text if output is not None else ""
    if not _is_good_news(text):
        return
    worked = [seen for seen, outcome in calls if outcome.known and not outcome.failed]
    for seen, outcome in calls:
        if not outcome.failed or _is_passed_over(facts, seen, worked, text.lower()):
            continue
        message = f"{seen.call.name} failed ({quoted(outcome.text)}), and the answer says nothing of it"
        ids = facts.trace.ids
        yield of_steps(
            RULE,
            facts.trace,
            (follower, *seen.rows),
            message,
            Evidence(ids[follower], "/output/content", quoted(text)),
            Evidence(ids[seen.row], seen.pointer, f"failed: {quoted(outcome.text)}"),
        )


def _inside_reply(facts: Facts, reply: Reply) -> Iterator[Finding]:
    """The provider ran the tool; what the model says of it comes behind, in the same reply."""
    output = facts.trace.body(reply.row).output
    parts = output.parts if output is not None else ()
    for failure in reply.hosted:
        text = "\n".join(part.text for part in parts[failure.part :] if isinstance(part, Text))
        if failure.mended or not text or not _is_good_news(text):
            continue
        why = f" ({quoted(failure.text)})" if failure.text else ""
        message = f"{failure.name} failed{why}, and the answer says nothing of it"
        at = facts.trace.ids[reply.row]
        yield of_steps(
            RULE,
            facts.trace,
            (reply.row,),
            message,
            Evidence(at, "/output/content", quoted(text)),
            Evidence(at, "/output", f"part {failure.part + 1} of the reply: failed{why}"),
        )


def _is_good_news(text: str) -> bool:
    """Whether an English answer admits no failure; JSON is for a program."""
    return not (_ADMITS.search(text) or not _WORD.search(text) or text.lstrip()[:1] in {"{", "["})


def _is_passed_over(facts: Facts, failed: SeenCall, worked: list[SeenCall], text: str) -> bool:
    """Whether the answer may rest on what worked beside it: the failed call only looked, and nothing that it alone was
    asked for is spoken of.
    """
    same = any(seen.call.name == failed.call.name for seen in worked)
    if not worked or not (looks(failed.call) or (same and not changes_something(failed.call))):
        return False
    told = "\n".join(canonical([seen.call.arguments, _result(facts, seen)]).lower() for seen in worked)
    return not any(name in text and name not in told for name in _subjects(failed.call.arguments))


def _result(facts: Facts, seen: SeenCall) -> Json:
    if seen.ran is not None:
        return facts.trace.body(seen.ran).result
    response = facts.answers.response(CallPlace(seen.row, seen.number))
    return response.result if response is not None else None


def _subjects(arguments: Json) -> Iterator[str]:
    """What a call is about, in small letters: its texts and numbers, and the names and numbers in them."""
    waiting = [arguments]
    while waiting:
        value = waiting.pop()
        if isinstance(value, (dict, list)):
            waiting += value.values() if isinstance(value, dict) else value
        elif value is not None and not isinstance(value, bool):
            text = str(value)
            for one in (text.strip(), *_NAME.findall(text)):
                if len(one) >= _SUBJECT_CHARS_MIN:
                    yield one.lower()


RULE = Rule("R002", "ignored-error", Severity.INFO, since="0.1", check=check)
