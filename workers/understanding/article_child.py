# SPDX-License-Identifier: Apache-2.0
"""The child process that takes an article's text out of foreign HTML: page in, JSON out.

`python -m workers.understanding.article_child`; the page on standard input, its address is not needed.
"""

import contextlib
import io
import json
import sys

from workers.bounded import bound

MEMORY_BYTES = 1536 * 1024**2
PROCESSOR_SECONDS = 15
MAX_TEXT = 100_000


def main() -> int:
    """Write what was found, or an empty object where the page holds no article."""
    bound(memory=MEMORY_BYTES, processor_seconds=PROCESSOR_SECONDS, written=1024)
    page = sys.stdin.buffer.read()
    with contextlib.redirect_stderr(io.StringIO()):
        found = _extract(page)
    sys.stdout.write(json.dumps(found, ensure_ascii=True))
    return 0


def _extract(page: bytes) -> dict[str, str]:
    # Imported here alone: the bounds must stand before a parser is loaded.
    from trafilatura import bare_extraction  # noqa: PLC0415

    found = bare_extraction(
        page, with_metadata=True, include_comments=False, include_tables=False, include_links=False
    )
    if found is None:
        return {}
    said = found.as_dict() if hasattr(found, "as_dict") else found
    wanted = {"title": said.get("title"), "text": said.get("text"), "date": said.get("date")}
    return {name: str(value)[:MAX_TEXT] for name, value in wanted.items() if value}


if __name__ == "__main__":
    sys.exit(main())
