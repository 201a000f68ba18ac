"""Model servers on this machine, looked for when a person asks: a request to each usual port, and to nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from replaydbg.wire import loose

USUAL = (("Ollama", 11434), ("llama.cpp", 8080), ("vLLM", 8000), ("LM Studio", 1234))
"""Programs with the port that each listens at unless told otherwise."""

ANSWER_SECONDS_MAX = 1.0
"""A server on this machine that does not list its models by then is none, or too busy to be of use."""

LIST_BYTES_MAX = 4 << 20
MODELS_MAX = 500


@dataclass(frozen=True, slots=True)
class LocalServer:
    """Speaks OpenAI Chat Completions at `base_url`. `program` is a guess by the port."""

    program: str
    base_url: str
    models: tuple[str, ...]

    def serves(self, model: str) -> bool:
        """Ollama lists `llama3:latest` for what people call `llama3`."""
        return model in self.models or f"{model}:latest" in self.models


async def find_servers(usual: Sequence[tuple[str, int]] = USUAL) -> tuple[LocalServer, ...]:
    """Those that list at least one model, in the order asked for."""
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_ask(program, port)) for program, port in usual]
    return tuple(server for task in asked if (server := task.result()) is not None)


async def _ask(program: str, port: int) -> LocalServer | None:
    import httpx2

    base_url = f"http://127.0.0.1:{port}/v1"
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS_MAX),
            httpx2.AsyncClient(trust_env=False, verify=False) as client,
            client.stream("GET", f"{base_url}/models") as response,
        ):
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LIST_BYTES_MAX:
                    return None
    except (httpx2.HTTPError, TimeoutError, ValueError):
        return None
    listed = loose.sequence(loose.decoded(body.decode("utf-8", "replace")).get("data"))
    models = [name for item in listed[:MODELS_MAX] if (name := loose.text(loose.mapping(item).get("id")))]
    return LocalServer(program, base_url, tuple(models)) if models else None
