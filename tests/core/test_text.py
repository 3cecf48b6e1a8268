import pytest

from core.text import bigrams, initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [("新乡瑞隆", "xxrl"), ("长垣ABC", "cyabc"), ("新乡（市）", "xxs"), ("重庆银行", "cqyh")],
)
def test_initials_read_words_as_people_say_them(name, expected):
    assert initials(name) == expected


def test_bigrams_are_the_neighbouring_pairs_once():
    assert bigrams("新乡新乡 a") == ["乡A", "乡新", "新乡"]
