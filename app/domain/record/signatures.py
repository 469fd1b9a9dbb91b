# SPDX-License-Identifier: Apache-2.0
"""A few numbers by which a text and its copies find each other, however large the record is.

The smallest hashes of the text's runs of four words (a bottom-k sketch): two texts that share most of
their runs share one of these almost surely, two that share none never do. It finds, and decides nothing.
"""

import hashlib
import re

RUN = 4
"""Words in a run."""

KEPT = 4
"""Hashes that are kept."""

_MOST_WORDS = 400
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Return the words of a text in folded case; of a long one the beginning."""
    return _WORD.findall(text[:20_000].casefold())[:_MOST_WORDS]


def signature(said: list[str]) -> tuple[str, ...]:
    """Return the signature of a text's words; nothing for one of fewer than two runs' words.

    >>> one = signature(words("Police detained two reporters at a rally in Almaty on Monday"))
    >>> two = signature(words("Police detained two reporters at a rally in Almaty on Monday, he said"))
    >>> bool(set(one) & set(two))
    True
    """
    if len(said) < 2 * RUN:
        return ()
    runs = {" ".join(said[at : at + RUN]) for at in range(len(said) - RUN + 1)}
    return tuple(sorted(map(_hash, runs))[:KEPT])


def _hash(run: str) -> str:
    return hashlib.blake2b(run.encode(), digest_size=8).hexdigest()
