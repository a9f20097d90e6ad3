"""The command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_CODE = "import sys; sys.argv[0] = 'alation-lineage'; from extractor.cli import main; main()"


def shell(
    *words: str, stdin: str = "", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``alation-lineage`` with these words."""
    return subprocess.run(
        [sys.executable, "-c", _CODE, *words],
        input=stdin,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
