# SPDX-License-Identifier: Apache-2.0
"""One key for the spellings of a person's name in Russian, Kazakh and English.

A table of letters and a short list of what romanisations do differently, nothing learned. The key is
rough on purpose: it leads to a question for a person, never by itself to the same.
"""

import re

from app.domain.record.dataset import name_key

# After `name_key`, which has made й и, ё е and ї і.
_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
        "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "",
        "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
        # Kazakh
        "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "kh", "і": "i",
        # Ukrainian, Belarusian
        "є": "e", "ґ": "g", "ў": "u",
    }
)  # fmt: skip
"""Letters in the most common English romanisation; what differs among them is evened out below."""

_EVENED = (
    ("dzh", "j"),  # Khadidzha, Khadija
    ("zh", "j"),  # Zhanaozen, Janaozen
    ("dj", "j"),
    ("kh", "h"),
    ("gh", "g"),
    ("ts", "c"),
    ("tz", "c"),
    ("ch", "c"),
    ("sh", "s"),
    ("ph", "f"),
    ("ck", "k"),
    ("ng", "n"),  # ң is n or ng
    ("q", "k"),
    ("x", "ks"),
    ("w", "v"),
    ("ye", "e"),  # Yergaliyeva, Ergalieva
    ("yo", "e"),  # Semyonov, Semenov
    ("ie", "e"),
    ("y", "i"),
    ("ı", "i"),
    ("ə", "a"),
)
"""In this order, on Latin letters of either origin."""

_TWICE = re.compile(r"(.)\1+")
_FATHERS = re.compile(r"(?:ovic|evic|ovna|evna|uli|kizi)$")
"""How the last letters of a patronymic read in the key; one source gives it and another does not."""


def spelling_key(name: str) -> str | None:
    """Return the key of a person's name, the order of its words apart; None for a single word.

    >>> spelling_key("Лұқпан Ахмедияров") == spelling_key("Akhmediyarov, Lukpan")
    True
    >>> spelling_key("Лукпан") is None
    True
    """
    words = [_evened(word) for word in name_key(name).translate(_CYRILLIC).split()]
    words = [word for word in words if word]
    if len(words) > 2:
        words = [word for word in words if not _FATHERS.search(word)]
    return " ".join(sorted(words)) if len(words) > 1 else None


def _evened(word: str) -> str:
    for old, new in _EVENED:
        word = word.replace(old, new)
    return _TWICE.sub(r"\1", word)
