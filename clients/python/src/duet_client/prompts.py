"""How a row becomes tokens for a causal language model, as `lora-engine/models/causalLm/prompt.ts` and `chatPrompt.ts` write it.

Text of rows is only ever text: control pieces written in it are none. Only what a chat template has written is read with them.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, Protocol

from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer

from duet_client.failure import Failure

ANSWER_SEPARATOR = "\nAnswer:"
INPUT, ANSWER = "input-b71f", "answer-4c02"
"""Each stands for a text while the template's own parts are found."""

Message = dict[str, str]


class Prompts(Protocol):
    """The form of a model's rows."""

    def prompt(self, text: str, room: int) -> list[int]:
        """Tokens before the answer, at most `room` of them where the form allows: the text's end is cut."""

    def answer(self, answer: str) -> list[int]:
        """Tokens of the answer and the one that ends it."""


def prompts_of(folder: Path) -> Prompts:
    """Return the chat's form where the model has a template, else the plain one. A Failure where the template is of no use."""
    text, formatted = (Tokenizer.from_file(str(folder / "tokenizer.json")) for _ in range(2))
    text.encode_special_tokens = True
    config = _json(folder / "config.json")
    found = config.get("eos_token_id")
    ends: list[int] = found if isinstance(found, list) else [] if found is None else [found]
    described = _json(folder / "tokenizer_config.json")
    jinja = folder / "chat_template.jinja"
    source = jinja.read_text(encoding="utf-8") if jinja.exists() else _default(described.get("chat_template"))
    if not source:
        begin = config.get("bos_token_id")
        return PlainPrompts(text, [] if begin is None else [begin], ends[:1])
    pieces = {name: _piece(described.get(name)) for name in ("bos_token", "eos_token")}
    return ChatPrompts(text, formatted, source, pieces, ends)


class PlainPrompts:
    """`<bos> input "\\nAnswer:" " answer" <eos>`; everything after the separator is the answer."""

    def __init__(self, text: Tokenizer, start: list[int], end: list[int]) -> None:
        """Take the tokenizer of texts, and the tokens around a row."""
        self._text, self._start, self._end = text, start, end

    def prompt(self, text: str, room: int) -> list[int]:
        """See Prompts."""
        whole = [*self._start, *_ids(self._text, text + ANSWER_SEPARATOR)]
        if len(whole) <= room:
            return whole
        separator = _ids(self._text, ANSWER_SEPARATOR)
        kept = max(0, room - len(self._start) - len(separator))
        return [*self._start, *_ids(self._text, text)[:kept], *separator]

    def answer(self, answer: str) -> list[int]:
        """See Prompts."""
        return [*_ids(self._text, f" {answer}"), *self._end]


class ChatPrompts:
    """The text as a user's message, the answer as the assistant's, in the model's own template."""

    def __init__(self, text: Tokenizer, formatted: Tokenizer, source: str, pieces: dict[str, str], ends: Sequence[int]) -> None:
        """Find what the template writes around an answer; the first control piece after it, or else the model's end, ends it."""
        self._text, self._formatted, self._pieces = text, formatted, pieces
        self._controls = {token.content: at for at, token in text.get_added_tokens_decoder().items() if token.special}
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
        environment.filters["tojson"] = lambda value, **options: json.dumps(value, ensure_ascii=False, **options)
        environment.globals.update(raise_exception=_raise, strftime_now=lambda form: datetime.now().strftime(form))
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            raise _unusable(error) from error
        asked: Message = {"role": "user", "content": INPUT}
        whole = self._render([asked, {"role": "assistant", "content": ANSWER}], continues=False)
        before, found, after = whole.partition(ANSWER)
        if not found:
            raise _unusable("it leaves out the assistant's answer")
        prompt = self._render([asked], continues=True)
        self._gap = before.removeprefix(prompt) if before.startswith(prompt) else ""
        controls = set(self._controls.values())
        ending = next((token for token in _ids(formatted, after) if token in controls), None)
        self._end = list(ends[:1]) if ending is None else [ending]

    def prompt(self, text: str, room: int) -> list[int]:
        """See Prompts."""
        tokens = self._encode(text)
        kept = _ids(self._text, text) if len(tokens) > room else []
        while len(tokens) > room and kept:
            kept = kept[: max(0, len(kept) - (len(tokens) - room))]
            # Half a character at the cut goes too.
            tokens = self._encode(self._text.decode(kept).rstrip("\ufffd"))
        return tokens

    def answer(self, answer: str) -> list[int]:
        """See Prompts."""
        return [*_ids(self._text, f"{self._gap}{answer}"), *self._end]

    def _encode(self, text: str) -> list[int]:
        for piece in self._controls:
            text = text.replace(piece, f"{piece[0]}\u200b{piece[1:]}")
        return _ids(self._formatted, self._render([{"role": "user", "content": text}], continues=True))

    def _render(self, messages: list[Message], *, continues: bool) -> str:
        try:
            # Models that can think aloud first are asked for the answer at once.
            return self._template.render(
                messages=messages, add_generation_prompt=continues, enable_thinking=False, **self._pieces
            )
        except (TemplateError, TypeError, ValueError) as error:
            raise _unusable(error) from error


def _ids(tokenizer: Tokenizer, text: str) -> list[int]:
    return list(tokenizer.encode(text, add_special_tokens=False).ids)


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _default(template: Any) -> str | None:  # noqa: ANN401
    """Of several named templates the one called "default"."""
    if isinstance(template, list):
        return next((str(each["template"]) for each in template if each["name"] == "default"), None)
    return template if isinstance(template, str) else None


def _piece(found: Any) -> str:  # noqa: ANN401
    return str(found.get("content", "")) if isinstance(found, dict) else str(found or "")


def _raise(message: str) -> NoReturn:
    raise TemplateError(message)


def _unusable(why: object) -> Failure:
    return Failure(f"The base model's chat template cannot be used: {why}. Tell the organiser, or join with a tab.")
