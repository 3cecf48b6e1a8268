"""JSON as the API takes it: not deep, and without text that a database or a printed page cannot hold."""

import unicodedata

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 20
ALLOWED_CONTROLS = "\n\r\t"


class CleanJSONParser(JSONParser):
    """Refuses (400) what would otherwise end in an error of the database or of the answer."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON 嵌套太深。") from None
        check_json(data)
        return data


def check_json(data) -> None:
    """ParseError for more than MAX_DEPTH levels, control characters or half characters. Works without recursion."""
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ParseError("JSON 嵌套太深。")
        if isinstance(value, dict):
            waiting += [(key, depth + 1) for key in value]
            waiting += [(item, depth + 1) for item in value.values()]
        elif isinstance(value, list):
            waiting += [(item, depth + 1) for item in value]
        elif isinstance(value, str) and not value.isprintable() and any(map(_is_bad, value)):
            raise ParseError("内容含有控制字符或不完整的字符，请删除后重新提交。")


def _is_bad(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in ALLOWED_CONTROLS
