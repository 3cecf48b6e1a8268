"""Search keys of a name: bigrams for "contains", pinyin initials for quick typing."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Words whose characters read differently together; single characters are looked up one by one for speed.
READINGS = {"长垣": "cy", "重庆": "cq", "银行": "yh", "长葛": "cg", "浚县": "xx", "行业": "hy", "重工": "zg"}


@lru_cache(maxsize=20_000)
def _initial(character: str) -> str:
    return lazy_pinyin(character, style=Style.FIRST_LETTER)[0][:1].lower() if character.isalnum() else ""


def initials(name: str) -> str:
    """Pinyin initials: 新乡瑞隆 → xxrl. Latin letters and digits stay."""
    for word, reading in READINGS.items():
        if word in name:
            name = name.replace(word, reading)
    return "".join(map(_initial, name))[:64]


def bigrams(text: str) -> list[str]:
    """Distinct pairs of neighbouring characters, the index terms of a "contains" search."""
    text = text.replace(" ", "").upper()
    return sorted({text[i : i + 2] for i in range(len(text) - 1)})
