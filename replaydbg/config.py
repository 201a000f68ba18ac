"""What a person sets: which rules run, how severe their findings are, from which numbers on they speak.

A settings file is named on the command line; nothing is read from a folder that happens to be there. Reading it is
`drivers/`; here a mapping becomes `Settings`, or a `UsageProblem` that says every wrong place at once:

    select = ["L001", "error-loop"]
    ignore = ["secret"]

    [rules.no-progress-loop]
    severity = "warning"
    rounds-min = 5

    [keys]
    "main.edit" = "e,f4"

    [tools.lookup_order]
    python = "shop.tools:lookup_order"
    policy = "allow"

    [servers.shop]
    command = ["shop-mcp", "--stdio"]

A rule declares its numbers as a frozen dataclass of `threshold`s, and asks `facts.thresholds(ThatClass)` for them.
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeVar

from replaydbg import limits
from replaydbg.core.finding import Severity
from replaydbg.core.message import Json
from replaydbg.errors import UsageProblem

Number = TypeVar("Number", int, float)
Thresholds = TypeVar("Thresholds")


def _unchanging(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)


# `check` of several files sends the settings to other processes.
copyreg.pickle(MappingProxyType, lambda proxy: (_unchanging, (dict(proxy),)))


def threshold(default: Number, *, least: float = 0, most: float | None = None) -> Number:
    """A field of a dataclass of thresholds: a number that a settings file may set within these bounds."""
    value: Number = field(default=default, metadata={"ge": least, "le": most})
    return value


WAYS = ("python", "command", "http", "mcp", "answer", "fail")
"""What can answer a call to a tool in a re-run; a tool has one of them."""


@dataclass(frozen=True, slots=True)
class ToolSetting:
    """What runs a tool, by one of `WAYS` or by none, and whether it may."""

    policy: str = ""
    """never, ask or allow; "" asks, except for what a trusted server says is read-only."""
    way: str = ""
    python: str = ""
    """`module:function`, called with the arguments."""
    command: tuple[str, ...] = ()
    """A program and its arguments, `{name}` standing for an argument of the call; all arguments are JSON on its input."""
    http: str = ""
    """`GET https://host/orders/{id}`; with `openapi` the path may be one of that document."""
    mcp: str = ""
    """The name of a server, or `server/tool` where the server calls it otherwise."""
    answer: Json = None
    """The same answer to every call."""
    fail: str = ""
    """Every call fails with these words."""
    folder: str = ""
    """Of a command: it runs in a copy of this folder, else in an empty one."""
    openapi: str = ""
    """Of `http`: an OpenAPI document (JSON) that says where each argument goes."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of `http`; a value `$NAME` is taken from the environment when it is sent, and never kept."""
    env: tuple[str, ...] = ()
    """Of a command: variables of the environment that it gets to see."""
    seconds: float = limits.TOOL_TIMEOUT_SECONDS
    memory_mb: int = limits.TOOL_MEMORY_MB


@dataclass(frozen=True, slots=True)
class ServerSetting:
    """An MCP server: a program that speaks on its standard output, or an address."""

    command: tuple[str, ...] = ()
    url: str = ""
    env: tuple[str, ...] = ()
    trusted: bool = False
    """Whether its word that a tool only reads is taken."""
    seconds: float = limits.TOOL_TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True)
class Settings:
    select: tuple[str, ...] = ()
    """Codes and names of the rules that run; all, when empty."""
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    """By name of rule: instead of what its findings bring."""
    thresholds: tuple[Any, ...] = ()
    """Instances of the classes that rules declare; one that is missing has its defaults."""
    tools: Mapping[str, ToolSetting] = field(default_factory=lambda: MappingProxyType({}))
    servers: Mapping[str, ServerSetting] = field(default_factory=lambda: MappingProxyType({}))
    """MCP servers by the name that tools refer to."""
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Keys of the screen by screen and action (`main.edit = "e,f4"`); in the list of keys a dot shows which there are."""
    theme: str = ""
    """Colours of the screen; "" leaves them to the environment."""
    hints: bool = True
    """Whether somebody new to the screen is shown hints."""

    def of(self, kind: type[Thresholds]) -> Thresholds:
        """The numbers that a rule goes by; `kind` is the class that it declares."""
        return next((one for one in self.thresholds if isinstance(one, kind)), None) or kind()


DEFAULTS = Settings()


class Configurable(Protocol):
    """What is asked of a rule here."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def thresholds(self) -> type[Any] | None: ...


def settings_of(
    mapping: Mapping[str, Json], rules: Iterable[Configurable], name: str = "settings"
) -> Settings:
    """The settings that the mapping says, for these rules. Raises UsageProblem; `name` is said in it."""
    words: Any = (tuple[str, ...], ())
    tables: Any = (dict[str, Any], {})
    problems: list[str] = []
    known_tables = {"rules": tables, "tools": tables, "servers": tables, "keys": (dict[str, str], {})}
    top = _read(
        {"select": words, "ignore": words, "theme": (str, ""), "hints": (bool, True), **known_tables},
        mapping,
        (),
        problems,
    )
    known = {word.lower(): one for one in rules for word in (one.name, one.code)}
    severities: dict[str, Severity] = {}
    thresholds: list[Any] = []
    for word, table in _tables(mapping, "rules"):
        rule = known.get(word.lower())
        if rule is None:
            problems.append(f"rules.{word}: no rule is called so{_meant(word, known)}")
            continue
        read = _read(_fields(rule), table, ("rules", word), problems)
        severity = read.pop("severity", None)
        if severity is not None:
            severities[rule.name] = Severity[severity.upper()]
        if rule.thresholds is not None:
            thresholds.append(rule.thresholds(**read))
    servers = {word: _server(word, table, problems) for word, table in _tables(mapping, "servers")}
    tools = {word: _tool(word, table, servers, problems) for word, table in _tables(mapping, "tools")}
    if problems:
        raise UsageProblem(f"{name} says what cannot be: {problems[0]}", "; also ".join(problems[1:]))
    return Settings(
        top["select"],
        top["ignore"],
        MappingProxyType(severities),
        tuple(thresholds),
        MappingProxyType(tools),
        MappingProxyType(servers),
        MappingProxyType(top["keys"]),
        top["theme"],
        top["hints"],
    )


def _tables(mapping: Mapping[str, Json], name: str) -> Iterable[tuple[str, Json]]:
    tables = mapping.get(name, {})
    return tables.items() if isinstance(tables, dict) else ()


def _tool(word: str, table: Json, servers: Mapping[str, ServerSetting], problems: list[str]) -> ToolSetting:
    from pydantic import Field  # noqa: PLC0415

    policy: Any = Literal["", "never", "ask", "allow"]
    wanted: dict[str, Any] = {
        "policy": (policy, ""),
        "answer": (Any, None),
        "headers": (dict[str, str], {}),
        "command": (tuple[str, ...], ()),
        "env": (tuple[str, ...], ()),
        "seconds": (float, Field(limits.TOOL_TIMEOUT_SECONDS, gt=0)),
        "memory_mb": (int, Field(limits.TOOL_MEMORY_MB, ge=16)),
        **dict.fromkeys(("python", "http", "mcp", "fail", "folder", "openapi"), (str, "")),
    }
    read = _read(wanted, table, ("tools", word), problems)
    if not read:
        return ToolSetting()
    ways = [way for way in WAYS if way in table]
    server = read["mcp"].partition("/")[0]
    if len(ways) > 1:
        problems.append(f"tools.{word}: a tool has one way to be answered, not {' and '.join(ways)}")
    if server and server not in servers:
        problems.append(f"tools.{word}.mcp: no server is called {server}{_meant(server, servers)}")
    answer = table.get("answer")  # as it was written: lists of a setting are tuples
    read |= {"way": ways[0] if ways else "", "answer": answer, "headers": MappingProxyType(read["headers"])}
    return ToolSetting(**read)


def _server(word: str, table: Json, problems: list[str]) -> ServerSetting:
    from pydantic import Field  # noqa: PLC0415

    wanted: dict[str, Any] = {
        "command": (tuple[str, ...], ()),
        "url": (str, ""),
        "env": (tuple[str, ...], ()),
        "trusted": (bool, False),
        "seconds": (float, Field(limits.TOOL_TIMEOUT_SECONDS, gt=0)),
    }
    read = _read(wanted, table, ("servers", word), problems)
    if read and bool(read["command"]) == bool(read["url"]):
        problems.append(f"servers.{word}: a server has a command or a url")
    return ServerSetting(**read)


def _read(wanted: dict[str, Any], given: Json, path: tuple[str, ...], problems: list[str]) -> dict[str, Any]:
    """The values of the fields that are wanted; {} and sentences in `problems` where something is wrong."""
    from pydantic import ConfigDict, ValidationError, create_model  # noqa: PLC0415 - only who has a file waits for it

    model = create_model("Table", __config__=ConfigDict(extra="forbid", strict=True), **wanted)
    if isinstance(given, dict):
        given = {
            key.replace("-", "_"): tuple(value) if isinstance(value, list) else value
            for key, value in given.items()
        }
    try:
        return model.model_validate(given).model_dump()
    except ValidationError as error:
        for one in error.errors(include_url=False):
            place = ".".join(str(part).replace("_", "-") for part in (*path, *one["loc"]))
            if one["type"] == "extra_forbidden":
                names = ", ".join(name.replace("_", "-") for name in wanted)
                problems.append(f"{place}: unknown; there is {names}")
            else:
                problems.append(f"{place}: {one['msg'][:1].lower()}{one['msg'][1:]}")
        return {}


def _meant(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - needed once something is wrong

    near = get_close_matches(word.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _fields(rule: Configurable) -> dict[str, Any]:
    from pydantic import Field  # noqa: PLC0415

    severity: Any = Literal["hint", "info", "warning", "error"]
    own = fields(rule.thresholds) if rule.thresholds is not None else ()
    numbers = {
        # Read from the default: annotations are text where they are postponed.
        one.name: (
            type(one.default),
            Field(one.default, ge=one.metadata.get("ge"), le=one.metadata.get("le")),
        )
        for one in own
    }
    return {"severity": (severity | None, None), **numbers}
