"""Makes the project's environments from their locks; runs on any Python 3.6+, so that an old one gets a sentence.

usage: python3 infra/local/environments.py desk|ministack|sam|uv ...

Each environment is rebuilt only when its lock, its inputs or the interpreter changed (a stamp beside it says so).
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ENVIRONMENTS = {
    "uv": (os.path.join(".heraut", "envs", "uv"), os.path.join("infra", "local", "uv.txt")),
    "desk": (".venv", "requirements-dev.txt"),
    "ministack": (os.path.join(".heraut", "envs", "ministack"), os.path.join("infra", "local", "ministack.txt")),
    "sam": (os.path.join(".heraut", "envs", "sam"), os.path.join("infra", "local", "sam.txt")),
}
OLDEST = (3, 11)


class Unusable(Exception):
    """This machine lacks something; the message says what, and what to do."""


def check_python():
    """Refuse a Python that the project does not support, in one sentence.

    Raises: Unusable.
    """
    if sys.version_info < OLDEST:
        raise Unusable(
            "Héraut needs Python 3.11 or later, and this is Python %d.%d (%s). Install a newer one, "
            "or name it: make run PYTHON=python3.12" % (sys.version_info[0], sys.version_info[1], sys.executable)
        )


def folder(name):
    """The absolute folder of an environment: uv, desk, ministack or sam."""
    return os.path.join(ROOT, ENVIRONMENTS[name][0])


def program(name, command):
    """The absolute path of a command inside an environment."""
    return os.path.join(folder(name), "bin", command)


def ensure(name, say=print):
    """Make the environment if its stamp is missing or old; returns the seconds it took (0.0 when it was there).

    Raises: Unusable when the interpreter has no venv module or the installation fails.
    """
    target, lock = ENVIRONMENTS[name]
    target, lock = os.path.join(ROOT, target), os.path.join(ROOT, lock)
    stamp, wanted = os.path.join(target, ".heraut-stamp"), _wanted(name, lock)
    if _read(stamp) == wanted:
        return 0.0
    started = time.monotonic()
    if name != "uv":
        ensure("uv", say)
    say("Installing the %s environment into %s ..." % (name, os.path.relpath(target, ROOT)))
    if _read(stamp).rpartition(" ")[0] != wanted.rpartition(" ")[0]:
        shutil.rmtree(target, ignore_errors=True)  # another interpreter: nothing in there is of use
    if name == "uv":
        _make_with_pip(target, lock)
    else:
        _make_with_uv(name, target, lock)
    with open(stamp, "w", encoding="utf-8") as out:
        out.write(wanted)
    took = time.monotonic() - started
    say("  %s ready in %.0f s" % (name, took))
    return took


def _make_with_pip(target, lock):
    """The first environment holds only uv, which makes the others ten times faster than pip."""
    try:
        _run([sys.executable, "-m", "venv", target])
    except Unusable as problem:
        raise Unusable(
            "Python could not make an environment (%s). On Debian or Ubuntu: apt install python3-venv" % problem
        ) from problem
    pip = [os.path.join(target, "bin", "python"), "-m", "pip", "--disable-pip-version-check"]
    _run(pip + ["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", lock])


def _make_with_uv(name, target, lock):
    uv = program("uv", "uv")
    python = ["--python", os.path.join(target, "bin", "python")]
    if not os.path.exists(python[1]):
        _run([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, target])
    _run([uv, "pip", "sync", "--require-hashes", lock] + python)
    if name == "desk":
        # Editable and without build isolation: nothing outside the lock is fetched.
        _run([uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", ROOT] + python)


def _run(command):
    environment = dict(os.environ)
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.call(command, env=environment, cwd=ROOT)
    if done != 0:
        raise Unusable("`%s` ended with status %d" % (" ".join(command[:4]), done))


def _wanted(name, lock):
    digest = hashlib.sha256()
    with open(lock, "rb") as content:
        digest.update(content.read())
    return "%s %s %s" % (sys.executable, sys.version.split()[0], digest.hexdigest())


def _read(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as content:
        return content.read()


def main(names):
    """Make each named environment; exit status 1 and a sentence when the machine cannot."""
    try:
        check_python()
        for name in names:
            ensure(name)
    except Unusable as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
