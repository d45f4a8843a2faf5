"""`make run`: the whole of Héraut on this machine. Parses on any Python 3.6+, so that an old one gets a sentence.

usage: python3 infra/local/run.py [--play live|once|none] [--port 4566]

Makes the environments, then hands over to infra/local/session.py inside them. Exit status: with --play once, 0, 1
or 2 as the play says; otherwise 0 after Ctrl-C, 1 when this machine lacks something.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import List

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from infra.local import environments


def check_machine() -> None:
    """Say in one sentence what this machine lacks.

    Raises: environments.Unusable.
    """
    environments.check_python()
    if shutil.which("make") is None:
        raise environments.Unusable(
            "Héraut needs the program `make`, which is not here: apt install make, or xcode-select --install"
        )


def main(arguments: List[str]) -> int:  # noqa: RET503 - its last line replaces the process
    """Check, install, hand over; see the module."""
    try:
        check_machine()
        environments.prepare(["desk", "ministack", "sam"])
    except environments.Unusable as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped during the installation; the next run goes on from here.", file=sys.stderr)
        return 1
    os.chdir(str(environments.ROOT))
    python = environments.program("desk", "python")
    os.execv(python, [python, "-m", "infra.local.session", *arguments])  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
