"""What a finding is recognised by in another recording of the same agent, and in a branch of this one.

By the rule and the places as content: the agent, the step's name, the places in its document without positions, and what
is said without numbers and quotations. Ids, row numbers and times are left out, since every recording has its own. So
equal misbehaviour of one kind at one place has one fingerprint, however often it comes.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from replaydbg.core.finding import Finding
from replaydbg.core.trace import StepNotFound, Trace

_POSITION = re.compile(r"(?<=/)\d+(?=/|$)")
_SAID = re.compile(r'"(?:[^"\\]|\\.)*"|\d[\d,.]*')
_SIZE_BYTES = 8


def fingerprint(trace: Trace, finding: Finding) -> str:
    place = [finding.code]
    for step_id in finding.step_ids[:1]:
        try:
            row = trace.row(step_id)
        except StepNotFound:
            break
        place += [trace.agent(row), str(trace.kind(row)), trace.name(row)]
    place += sorted({_POSITION.sub("*", one.pointer) for one in finding.evidence})
    place.append(_SAID.sub("#", finding.message))
    text = "\0".join(place)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE_BYTES).hexdigest()
