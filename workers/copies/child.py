# SPDX-License-Identifier: Apache-2.0
"""The child process that parses foreign bytes: `python -m workers.copies.child TYPE SOURCE TARGET`.

It bounds itself before it reads a byte: memory, processor time, size of what it writes, open files.
It prints nothing but a sentence where it makes no copy. Exit codes: 0 made, 3 no copy.
"""

import sys
from pathlib import Path

from workers.bounded import bound
from workers.copies.documents import copy_pdf
from workers.copies.images import copy_image
from workers.copies.refusal import NO_COPY, NoCopyError

MEMORY_BYTES = 1536 * 1024**2
PROCESSOR_SECONDS = 60
WRITTEN_BYTES = 512 * 1024**2


def main(media_type: str, source: str, target: str) -> int:
    """Make the copy, or say in a sentence why none is made."""
    bound(memory=MEMORY_BYTES, processor_seconds=PROCESSOR_SECONDS, written=WRITTEN_BYTES)
    try:
        if media_type == "application/pdf":
            copy_pdf(Path(source), Path(target))
        else:
            copy_image(Path(source), Path(target), media_type)
    except NoCopyError as refusal:
        sys.stdout.write(str(refusal))
        return NO_COPY
    except MemoryError:
        sys.stdout.write("Making the copy needs more memory than a copy may have.")
        return NO_COPY
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
