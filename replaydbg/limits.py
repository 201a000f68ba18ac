"""Every bound of the program, the unit last in its name, each with its reason."""

from __future__ import annotations

INPUT_BYTES_MAX = 8 << 30
"""Larger files are refused with a sentence: columns address rows with 32 bits."""

WRITTEN_BYTES_MAX = INPUT_BYTES_MAX
"""What a trace may take in another format: formats that write each prompt whole make 30 GB of a session of 500 MB with images."""

UNPACKED_BYTES_MAX = 4 << 30
"""What a compressed file may grow to: a zip bomb must not fill the memory."""

ZIP_MEMBER_BYTES_MAX = 1 << 30
"""What one file of an archive may unpack to: they are unpacked one at a time, into memory."""

ZIP_FILES_MAX = 20_000
"""Files of an archive that are looked at: the beginning of each is unpacked, in a quarter of a millisecond."""

YAML_VALUES_MAX = 5_000_000
"""What a YAML file may hold with its aliases written out: ten lines can stand for more than any memory."""

YAML_BYTES_MAX = 64 << 20
"""YAML is parsed whole, at some megabytes a second; a cassette has some hundred kilobytes."""

STREAM_BYTES_MAX = 4 << 30
"""What is taken from standard input or a device: it is held in memory."""

MAPPED_BYTES_MIN = 16 << 20
"""Smaller files are read whole, so that they stay what they were when their writer cuts them short."""

SNIFF_BYTES_MAX = 64 << 10
"""How much of a file the formats may look at before one is chosen."""

LONG_TEXTS_BYTES_MAX = 2 << 20
"""How far into a file the end of a text is looked for that goes on beyond those bytes."""

NAMES_BESIDE_MAX = 50_000
"""Names looked at near a file for those that belong to the same recording: a folder of sessions holds some thousands."""

FILES_BESIDE_MAX = 5_000
"""Files opened together with the one that was named: an event a file, an agent a file."""

JSON_DEPTH_MAX = 200
"""Deeper nesting is shown as text: no writer of traces nests so deep, and recursion must end."""

JSON_LEVELS_MAX = 1024
"""The parser refuses deeper nesting, whole as it may be."""

CALLS_DEEP_MAX = 8 * JSON_LEVELS_MAX
"""How deep Python calls itself: what walks a value takes a few calls for each of its levels."""

JSON_IN_JSON_LEVELS_MAX = 3
"""Langfuse and MLflow encode up to three times; a fourth level is text."""

UNKNOWN_BYTES_MAX = 16 << 20
UNKNOWN_STEPS_MAX = 10_000
"""Of JSON that no format knows so much is shown, by its structure: nobody reads more of it step by step."""

CHECK_SECONDS_MAX = 60.0
CHECK_SECONDS_PER_MIB = 2.0
"""One of many files may take so long, and so much more for its size; then its process is stopped, and the file named."""

NOTICES_MAX = 1000
"""Notices kept of one file; the last one says how many more there were."""

FINDINGS_PER_RULE_MAX = 1000
"""Findings kept of one rule on one trace, the first ones; the last says how many more there were."""

GIVEN_BYTES_MAX = 1 << 30
"""A file of tools, or the value of an edit, that a person gives: it is read whole."""

SIDE_SCHEMAS_MAX = 2_000
"""Schemas of a file of tools that are looked at before any call is (0.1 s); of others a finding tells, where they are called."""

VIOLATIONS_MAX = 100
"""Violations kept of one value against its schema: a list of a million wrong items is one mistake."""

SCHEMA_UNFOLDED_MAX = 100_000
"""Parts of a tool schema with its references written out; the largest in public tool sets have some thousands."""

PATTERN_STEPS_MAX = 100_000
"""Backtracking of one `pattern` on one value: a schema in a trace must not stop the program."""

GROUNDING_CHARS_MAX = 30_000_000
"""Text in which identifiers are looked for (a second or two); of a longer run the rest is left, and that is said."""

GROUNDING_LOOKED_THROUGH_MAX = 4_000_000_000
"""Characters looked through for identifiers, again for each (a few seconds): a run in which thousands were never told is left there, and says so."""

COUNTED_BYTES_MAX = 8 << 20
"""Text of earlier messages that is decoded to estimate their tokens while a step is looked at (some 20 ms); of more nothing is said."""

SECRET_CHARS_MAX = 5_000_000
"""Text that is searched for secrets (half a second); where the search ended is said."""

NAME_CHARS_MAX = 100
NAMES_COMPARED_MAX = 500
"""Of words compared for "did you mean": the comparison is quadratic in length."""

LOOP_PERIOD_MAX_STEPS = 32
"""Longest round of a loop that is looked for (replay of real runaways: 1 to 7)."""

SUSPECTS_MAX = 10
"""Steps on the list to look at first: beyond ten it is a list of steps."""

ROUND_CHANGES_MAX = 64
"""Changes from round to round that a finding about a loop tells: nobody reads more, and a run may loop ten thousand times."""

DIFFERENCES_MAX = 1000
"""Differences found between two runs or two texts; the cost grows with its square, half a second at most."""

CHANGES_PER_STEP_MAX = 100
"""Changes listed of one step against its like in another run."""

REPLAY_CALLS_MAX = 50
"""Model calls of one re-run unless the person says otherwise: the commonest runaway bound of agent frameworks."""

REPLAY_TOKENS_MAX = 500_000
REPLAY_SECONDS_MAX = 600.0
"""Tokens and wall time of one re-run unless the person says otherwise."""

DEPENDENCE_CHARS_MAX = 8_000_000
"""Text of other threads that is searched for an old answer, nearest first. What is not searched counts as unproven."""

REPLAY_CONCURRENCY_MAX = 8
"""Requests in flight at once."""

PROVIDER_TIMEOUT_SECONDS = 120.0
PROVIDER_RETRIES_MAX = 3
TOOL_TIMEOUT_SECONDS = 60.0

TOOL_MEMORY_MB = 2048
"""Of a command that stands for a tool, unless the person says otherwise."""

TOOL_OUTPUT_BYTES_MAX = 8 << 20
"""What a tool may say: a result of eight megabytes fits no prompt."""

TOOL_FOLDER_BYTES_MAX = 256 << 20
"""A folder that is copied for each run of a command."""

EDIT_IN_PLACE_BYTES_MAX = 4 << 20
"""Larger texts are edited in $EDITOR: a key in the text widget takes more than a frame beyond it."""

EDIT_LINE_CHARS_MAX = 256 << 10
"""So are texts with a longer line: the widget breaks the whole line anew for each key."""

MARKDOWN_LAID_CHARS_MAX = 20_000
"""A longer text is shown as written: to lay it out takes a tenth of a second, on the thread of the screen."""

LAID_BLOCKS_MAX = 250_000
"""Lines of a structure laid out by one wish to be at its end: each is an object, and a list may have a million items."""

EXPRESSION_SECONDS_MAX = 1.0
"""What a regular expression that a person typed may take on one text: some never end."""

PASSAGES_MAX = 1_000_000
"""Passages of one text that a search finds; nobody goes through more."""

LISTED_FILES_MAX = 20_000
"""Files of a folder that the chooser lists."""

LISTED_STEPS_MAX = 200_000
"""Steps of all traces of a file that are looked through for findings to be listed: some seconds."""

LISTED_BYTES_MAX = 64 << 20
"""A larger file is not read to be listed, only when it is chosen."""

LANES_MAX = 20
"""Lanes drawn beside the list; further parallel branches share an ellipsis."""

FOLD_PERIOD_MAX_STEPS = 8
"""Longest round that folds into one row: a longer one is hard to see as a round when it opens."""

OUTCOMES_STEPS_MAX = 100_000
"""In all branches together that the list of branches compares unasked: some seconds of a thread, and their facts stay."""

FLOW_PLACES_MAX = 60
"""Agents and tools drawn on the flow map, the busiest ones, and the others as one; a larger drawing is a hairball (tui.md section 2.3)."""

FOLLOW_SECONDS = 0.25
"""Between two looks at a file that is still being written."""

FOLLOW_SHARE_MAX = 0.5
"""What reading such a file anew may take of the time until it is read again, where its format cannot go on where it was:
of a session of 30,000 steps new ones come each second, also while the rules run.
"""

RECEIVE_BODY_BYTES_MAX = 32 << 20
"""One request that is received, unpacked: half as much again as OpenTelemetry's collector takes."""

RECEIVE_REQUESTS_MAX = 8
"""Requests that are received at once; with the bound above this bounds the memory."""

RECEIVE_WAITING_MAX = 128
"""Requests that wait until they are received; each holds the first 256 KiB of its body at most."""

RECEIVE_WAIT_SECONDS = 5
"""How long they wait before they are asked to come again: SDKs give up after ten."""

RECEIVE_BODY_SECONDS = 15
"""How long a body may take: eight clients that stopped in the middle of theirs held up all others for good."""

RECEIVE_HEADER_BYTES_MAX = 64 << 10
"""The head of a request that is received."""

RECEIVE_STOP_SECONDS = 5
"""How long requests that are under way may take when the receiver is stopped."""

MARKDOWN_TEXT_CHARS_MAX = 4_000
"""Of one text in a report for people; the file that it was made from has the rest."""

WEB_VISITORS_MAX = 4
"""Browsers at once: each is a process with the trace open."""

WEB_MESSAGE_BYTES_MAX = 1 << 20
"""What a browser may say at once: a prompt that is pasted. The editor takes no larger text either."""

WEB_SIDE_CELLS_MAX = 1000
"""Columns and rows of a visitor's screen: eight times a wide one, and the memory that it takes is bounded."""

WEB_STOP_SECONDS = 5.0
"""How long a visitor's process may take to end; then it is killed."""

WEB_HEARTBEAT_SECONDS = 15.0
"""A browser that says nothing for so long is asked whether it is there: a laptop that was closed frees its place."""
