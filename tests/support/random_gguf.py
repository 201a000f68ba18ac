"""A language model of random weights in a GGUF file: half a megabyte, speaks nonsense, and is served like any other.

    python random_gguf.py model.gguf

Run by a Python that has `gguf` and `numpy`, which need not be the one of the tests.
"""

from __future__ import annotations

import sys
from typing import Any

VOCABULARY, WIDTH, HEADS, LAYERS, FEED_FORWARD, CONTEXT = 512, 64, 4, 2, 128, 4096
_UNKNOWN, _CONTROL, _BYTE, _NORMAL = 2, 3, 6, 1


def tokens() -> tuple[list[bytes], list[float], list[int]]:
    """Control tokens, all bytes, then pieces of text: enough for any prompt, and for JSON by a grammar."""
    texts = [b"<unk>", b"<s>", b"</s>"]
    kinds = [_UNKNOWN, _CONTROL, _CONTROL]
    texts += [f"<0x{byte:02X}>".encode() for byte in range(256)]
    kinds += [_BYTE] * 256
    printable = [chr(code) for code in range(0x20, 0x7F)]
    pieces = [one.replace(" ", "\u2581") for one in printable]
    pieces += [first + second for first in "aeionrst" for second in "aeionrstlmd"]
    for piece in pieces[: VOCABULARY - len(texts)]:
        texts.append(piece.encode())
        kinds.append(_NORMAL)
    while len(texts) < VOCABULARY:
        texts.append(f"<unused{len(texts)}>".encode())
        kinds.append(_CONTROL)
    return texts, [-float(at) for at in range(len(texts))], kinds


def write(path: str) -> None:
    import gguf  # type: ignore[import-not-found, unused-ignore]
    import numpy  # type: ignore[import-not-found, unused-ignore]  # noqa: ICN001

    chance = numpy.random.default_rng(7)

    def weights(*shape: int) -> Any:
        return (chance.standard_normal(shape) * 0.05).astype(numpy.float32)

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(VOCABULARY)
    texts, scores, kinds = tokens()
    writer.add_tokenizer_model("llama")
    writer.add_token_list(texts)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    ones = numpy.ones(WIDTH, dtype=numpy.float32)
    writer.add_tensor("token_embd.weight", weights(VOCABULARY, WIDTH))
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", weights(VOCABULARY, WIDTH))
    for layer in range(LAYERS):
        name = f"blk.{layer}"
        writer.add_tensor(f"{name}.attn_norm.weight", ones)
        writer.add_tensor(f"{name}.ffn_norm.weight", ones)
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"{name}.{part}.weight", weights(WIDTH, WIDTH))
        writer.add_tensor(f"{name}.ffn_gate.weight", weights(FEED_FORWARD, WIDTH))
        writer.add_tensor(f"{name}.ffn_up.weight", weights(FEED_FORWARD, WIDTH))
        writer.add_tensor(f"{name}.ffn_down.weight", weights(WIDTH, FEED_FORWARD))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write(sys.argv[1])
