"""Content as blobs named by digest: each part is kept once, however many branches, histories and edits say it.

The parts come from whoever knows where they begin (`journal`). A long one is a blob of its own; short ones stay in the
node that they stand in. Nodes are cut where a part says so by its own bytes, so a run of equal parts ends in equal nodes
wherever it begins: a history that grows by a turn adds a node or two, and so does a branch that changes a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from zlib import crc32

PART_BYTES_MIN = 512
"""A shorter part costs more as a blob of its own than it saves."""
_BLOBS_A_NODE, _TEXTS_A_NODE = 32, 512
"""On the average: digests do not compress, neighbouring texts do."""
_CUTTING_BYTES_MIN = 16
"""A comma says nothing about where it stands."""
_NODE_BYTES_MAX = 1 << 18
_DIGEST_BYTES = 16
_LENGTH_BYTES = 4
_TEXT, _BLOB, _NODE = b"t", b"b", b"n"


class BlobsBroken(ValueError):
    """A node that `pack` did not make."""


def digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()


def pack(parts: Iterable[bytes], keep: Callable[[bytes], bytes]) -> bytes:
    """The root of the parts: little content as it is, else digests. `keep` keeps a blob and gives its digest."""
    root, node, count = bytearray(), bytearray(), 0
    for part in parts:
        is_blob = len(part) >= PART_BYTES_MIN
        if is_blob:
            node += _BLOB + keep(part)
        else:
            node += _TEXT + len(part).to_bytes(_LENGTH_BYTES) + part
        count += 1
        seldom = _BLOBS_A_NODE if is_blob else _TEXTS_A_NODE
        cuts = len(part) >= _CUTTING_BYTES_MIN and crc32(part) % seldom == 0
        if (cuts and count > 1) or len(node) > _NODE_BYTES_MAX:
            root += _NODE + keep(bytes(node))
            node, count = bytearray(), 0
    if len(node) >= PART_BYTES_MIN:
        node = bytearray(_NODE + keep(bytes(node)))
    return bytes(root + node)


def unpack(root: bytes, fetch: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """The parts, in order; `fetch` gives the blob of a digest. Raises BlobsBroken."""
    for kind, found in _entries(root, {_TEXT, _BLOB, _NODE}):
        if kind == _NODE:
            for inner, part in _entries(fetch(found), {_TEXT, _BLOB}):
                yield part if inner == _TEXT else fetch(part)
        else:
            yield found if kind == _TEXT else fetch(found)


def _entries(node: bytes, kinds: set[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Kind of each entry, with its text or its digest."""
    at = 0
    while at < len(node):
        kind, start = node[at : at + 1], at + 1
        if kind == _TEXT:
            start += _LENGTH_BYTES
            end = start + int.from_bytes(node[at + 1 : start])
        else:
            end = start + _DIGEST_BYTES
        if end > len(node) or kind not in kinds:
            raise BlobsBroken(f"what stands at byte {at} of a node is none of its parts")
        yield kind, node[start:end]
        at = end
