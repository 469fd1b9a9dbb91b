# SPDX-License-Identifier: Apache-2.0
"""How an error is told on the screen."""

import pytest
import typer

from app.console import told
from app.errors import InvalidInput


def test_brackets_in_an_error_are_shown_and_end_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A file may be named like markup: its name is told as it is, and there is no traceback."""
    with pytest.raises(typer.Exit) as ended, told():
        raise InvalidInput("a[/b]c[red].csv cannot be read")

    assert ended.value.exit_code == 1
    assert "a[/b]c[red].csv cannot be read" in capsys.readouterr().err
