# SPDX-License-Identifier: Apache-2.0
"""Whom the words in a name field mean: one named person, somebody unnamed, or a group.

"Three journalists", "Unidentified" and "Contractor for RFA" stand in real files where names should;
none of them becomes a person of the record. What is not plainly a description is taken as a name.
"""

import re

from app.domain.intake import text
from app.domain.record.particulars import SaidTarget
from app.domain.vocabulary import PersonRole, TargetKind

MAX_NAME = 200

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_UNNAMED = re.compile(
    r"[\W_]*(unidentified|unnamed|unknown|anonymous|(?:full )?name "
    r"(?:unknown|withheld|unavailable|not known|not given)|undisclosed)\b.*",
    re.IGNORECASE,
)
_NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
_SEVERAL = frozenset({"several", "many", "multiple", "various", "dozens", "some", "other", "group"})
# The trades, as a field of names uses them where there is no name. Plural first: "crew" is several.
_TRADES_PLURAL = re.compile(
    r"(journalists|reporters|correspondents|contributors|editors|photographers|cameram[ae]n|crews?|"
    r"employees|staff|workers|bloggers|freelancers|photojournalists|teams?|members|contractors)",
    re.IGNORECASE,
)
_TRADE = re.compile(
    r"(journalist|reporter|correspondent|contributor|editor|photographer|cameraman|employee|worker|"
    r"blogger|freelancer|photojournalist|contractor|stringer|fixer|driver|guard|presenter|producer)",
    re.IGNORECASE,
)
_PLAIN_WORDS = frozenset(
    {
        "independent",
        "freelance",
        "local",
        "citizen",
        "foreign",
        "female",
        "male",
        "young",
        "a",
        "an",
    }
)
_WORD = re.compile(r"[\w'’.-]+")
# What may follow a trade without making the whole a name: "Contractor for RFA".
_BELONGING = frozenset({"for", "of", "from", "at", "with", "in"})

_ROLES = (
    ("photo", PersonRole.PHOTOJOURNALIST),
    ("camera", PersonRole.PHOTOJOURNALIST),
    ("blogger", PersonRole.BLOGGER_CITIZEN_JOURNALIST),
    ("citizen", PersonRole.BLOGGER_CITIZEN_JOURNALIST),
    ("editor", PersonRole.EDITOR),
    ("driver", PersonRole.MEDIA_WORKER),
    ("fixer", PersonRole.MEDIA_WORKER),
    ("guard", PersonRole.MEDIA_WORKER),
    ("journalist", PersonRole.JOURNALIST),
    ("reporter", PersonRole.JOURNALIST),
    ("correspondent", PersonRole.JOURNALIST),
)


def target_of(said: str, *, outlet: str | None = None) -> SaidTarget | None:
    """Return whom a name field means, or None where it says nothing at all.

    >>> target_of("Three journalists").kind.value, target_of("Three journalists").count
    ('group', 3)
    >>> target_of("Khadija Ismayilova").name
    'Khadija Ismayilova'
    >>> target_of("Contractor for RFA").name, target_of("[full name unavailable]").name
    (None, None)
    """
    words = text.plain(said, limit=MAX_NAME, one_line=True)
    if not words:
        return None
    bare = _BRACKETS.sub(" ", words).strip()
    if not bare or _UNNAMED.fullmatch(bare):
        return SaidTarget(
            kind=TargetKind.PERSON, description=words, role=role_in(words), outlet=outlet
        )
    if (group := _group(bare)) is not None:
        count, description = group
        return SaidTarget(
            kind=TargetKind.GROUP,
            description=description,
            count=count,
            role=role_in(words),
            outlet=outlet,
        )
    if _is_described(bare):
        return SaidTarget(
            kind=TargetKind.PERSON, description=words, role=role_in(words), outlet=outlet
        )
    return SaidTarget(kind=TargetKind.PERSON, name=words, outlet=outlet)


def role_in(words: str) -> PersonRole | None:
    """Return the role that a description names."""
    folded = words.casefold()
    return next((role for word, role in _ROLES if word in folded), None)


def _group(bare: str) -> tuple[int | None, str] | None:
    words = _WORD.findall(bare)
    first = words[0].casefold() if words else ""
    has_trade = any(_TRADES_PLURAL.fullmatch(part) for word in words for part in word.split("-"))
    if first.isdigit() and len(first) < 6 and len(words) > 1 and int(first) > 1:
        return int(first), bare
    if first in _NUMBERS and len(words) > 1:
        return _NUMBERS[first], bare
    return (None, bare) if has_trade or first in _SEVERAL else None


def _is_described(bare: str) -> bool:
    """Whether every word is a trade or a plain adjective, up to whom somebody works for."""
    words = [word.casefold() for word in _WORD.findall(bare)]
    trades = [place for place, word in enumerate(words) if _TRADE.fullmatch(word)]
    if not trades:
        return False
    before, after = words[: trades[0]], words[trades[-1] + 1 :]
    between = words[trades[0] : trades[-1] + 1]
    return (
        all(word in _PLAIN_WORDS for word in before)
        and all(_TRADE.fullmatch(word) or word in _PLAIN_WORDS for word in between)
        and (not after or after[0] in _BELONGING)
    )
