"""Texts that are looked for wherever they may be: as they are, escaped in JSON, percent-encoded, in any
case.
"""

import json
import re
from collections.abc import Sequence
from urllib.parse import quote

_BEFORE, _AFTER = r"(^|[^\p{L}\p{N}])", r"($|[^\p{L}\p{N}])"
"""A term is found where no letter or digit adjoins it: O-1 is not in O-12 (RE2)."""
_LEAST_BYTES = 6
"""Of a text that is looked for in bytes: one of six is there by chance once in a hundred terabytes."""
_TOKEN_OF_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*')
"""A string, a name or a number."""


def written_forms(term: str) -> list[str]:
    """The ways in which texts of a store may have it."""
    forms = [json.dumps(term, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True)]
    return list(dict.fromkeys([term, *forms, quote(term, safe="")]))


class Terms:
    def __init__(self, terms: Sequence[str]) -> None:
        # The longest first: a fulfillment's id has that of its order.
        self.forms = sorted({form for term in terms for form in written_forms(term)}, key=len, reverse=True)
        self._pattern = re.compile(
            rf"(?<![^\W_])({'|'.join(map(re.escape, self.forms))})(?![^\W_])", re.IGNORECASE
        )

    def condition(self, *columns: str, inside: bool = False) -> str:
        """SQL: whether one of the columns has a term; `inside`: whatever adjoins it."""
        forms = f"({'|'.join(_re2_escape(form) for form in self.forms)})"
        pattern = f"(?i){forms if inside else f'{_BEFORE}{forms}{_AFTER}'}".replace("'", "''")
        return "(" + " or ".join(f"regexp_matches({column}, '{pattern}')" for column in columns) + ")"

    def replace_in(self, text: str | None, by: str) -> str | None:
        return None if text is None else self._pattern.sub(lambda _: by, text)

    def replaced_in_json(self, text: str | None, by: str, *, are_numbers_kept: bool) -> str | None:
        """The same of a text in JSON, which it stays: in strings and names; a number that is a term becomes a
        text. Everything else is as it was, to the byte.
        """

        return None if text is None else self.removed_from_json(text, by, are_numbers_kept=are_numbers_kept)

    def removed_from_json(self, text: str, by: str, *, are_numbers_kept: bool = False) -> str:
        """The same of a text that is there."""

        def change(token: re.Match[str]) -> str:
            if not token[0].startswith('"'):
                is_kept = are_numbers_kept or self._pattern.fullmatch(token[0]) is None
                return token[0] if is_kept else json.dumps(by)
            plain: str = json.loads(token[0])
            changed = self._pattern.sub(lambda _: by, plain)
            return token[0] if changed == plain else json.dumps(changed, ensure_ascii=False)

        return _TOKEN_OF_JSON.sub(change, text)

    def count(self, text: str) -> int:
        """How many times the text has one."""
        return len(self._pattern.findall(text))

    def may_be_in(self, data: bytes) -> bool:
        """Whether bytes have one, whatever adjoins it. Short ones are not looked for: any bytes have them by
        chance (two letters and a digit once in a few megabytes).
        """
        small = data.lower()
        forms = (form.lower().encode() for form in self.forms)
        return any(form in small for form in forms if len(form) >= _LEAST_BYTES)


def _re2_escape(text: str) -> str:
    return re.sub(r"([^\w])", lambda match: "\\" + match[1] if match[1].isascii() else match[1], text)
