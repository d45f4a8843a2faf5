"""The embedded stack: one emulator process, the real template deployed on it. `make run` and the tests use it.

Needs the environments made by environments.py. Everything listens on loopback; processes are stopped by their own id.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local import environments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-west-3"
ARTIFACTS = "heraut-local-artifacts"
MAIL_FROM = "heraut@heraut.test"
EMULATOR_TURN = "emulator.turn"  # held by an emulator from its start to its very end
START_SECONDS = 60
STOP_SECONDS = 90


class StackError(Exception):
    """The embedded stack could not be started, built or deployed; the message says why and where to look."""


@dataclass(frozen=True)
class Emulator:
    """A running MiniStack: where it answers, and the process to stop."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def endpoint(self) -> str:
        """The address AWS clients use."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator, with the rights of its owner."""
        return boto3.client(
            service,  # type: ignore[call-overload]  # the name is not a literal here
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the emulator's public default
            config=Config(retries={"max_attempts": 3, "mode": "standard"}, connect_timeout=5, read_timeout=120),
        )

    def save(self, seconds: float = STOP_SECONDS) -> None:
        """Have everything saved now; it must have been started with `snapshot_seconds`.

        Raises: StackError when it is not done in time.
        """
        asked = self.log.parent / "state" / "save"
        asked.touch()
        deadline = time.monotonic() + seconds
        while asked.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise StackError(f"The emulator did not save its state, see {self.log}.")
            time.sleep(0.1)

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """Stop it cleanly, which saves its state; True when it ended by itself in time, False when it was killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        finally:
            if self.process.stdin:
                self.process.stdin.close()
        return True


def port_is_free(port: int) -> bool:
    """Whether nothing answers on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    """A loopback port nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    port: int,
    folder: Path,
    *,
    authorise: bool = True,
    record: Path | None = None,
    snapshot_seconds: float | None = None,
    restored: bool = False,
) -> Emulator:
    """Start MiniStack on a port; returns when it answers.

    Under `folder` it keeps `state/`, `mails/` (each mail sent, as a file), `tmp/` and `emulator.log`.
    `record` is a file that receives every authorised action of a role, one JSON object a line.
    With `snapshot_seconds` its tables are saved so often. `restored`: what it finds is older than what was done, and
    posts wait to be read back.
    Raises: StackError when it does not answer within a minute.
    """
    for name in ("state", "tmp", "mails"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    log = folder / "emulator.log"
    more = {} if record is None else {"HERAUT_RECORD": str(record)}
    more |= {"HERAUT_SNAPSHOT_SECONDS": str(snapshot_seconds)} if snapshot_seconds else {}
    more |= {"HERAUT_RESTORED": "1"} if restored else {}
    emulator = Emulator(port, _spawn(port, folder, log, more, authorise=authorise), log)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if emulator.process.poll() is not None:
            raise StackError(f"the emulator ended at once, see {log}:\n{_tail(log)}")
        if _answers(emulator.endpoint):
            return emulator
        time.sleep(0.1)
    emulator.stop(5)
    raise StackError(f"the emulator did not answer within {START_SECONDS} s, see {log}")


def _spawn(port: int, folder: Path, log: Path, more: Mapping[str, str], *, authorise: bool) -> subprocess.Popen[bytes]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "HERAUT_"))
    }
    environment |= {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true" if authorise else "false",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "state" / "objects"),
        "TMPDIR": str(folder / "tmp"),
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "LAMBDA_WARM_TTL_SECONDS": "900",
    }
    environment |= {"HERAUT_MAILS": str(folder / "mails"), "HERAUT_TURN": str(folder / EMULATOR_TURN)}
    environment |= more
    with log.open("ab") as out:
        # Its own session, so that Ctrl-C reaches only the runner; its standard input closes when the runner dies.
        return subprocess.Popen(
            [environments.program("ministack", "python"), str(ROOT / "infra" / "local" / "emulator.py")],
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/ready", timeout=2) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def build(folder: Path, say: Callable[[str], None], root: Path = ROOT) -> Path:
    """Build the template with SAM, the layer for the interpreter the emulator uses; returns the built template.

    `root` is the folder of the project, or of another version of it.
    Raises: StackError with SAM's last lines.
    """
    python = ".".join(str(part) for part in sys.version_info[:2])
    command = ["build", "--template-file", str(root / "infra" / "template.yaml"), "--build-dir", str(folder / "build")]
    command += ["--cached", "--cache-dir", str(folder / f"cache-{python}"), "--parallel"]
    layer = {
        "HERAUT_LAYER_PLATFORM": "host",
        "HERAUT_LAYER_PYTHON": python,
        "HERAUT_UV": environments.program("uv", "uv"),
    }
    started = time.monotonic()
    _sam(command, folder / "sam.log", layer, lambda _line: None)
    say(f"  functions built in {time.monotonic() - started:.0f} s")
    return folder / "build" / "template.yaml"


def deploy(
    emulator: Emulator, built: Path, stack: str, parameters: Mapping[str, str], say: Callable[[str], None]
) -> dict[str, str]:
    """Deploy the built template as `stack`; returns its outputs, with the addresses a browser of this machine opens.

    The addresses of the public bucket and of the link function exist only once the stack does, so the first
    deployment is followed by an update that gives them to the functions.
    Raises: StackError with SAM's last lines.
    """
    started = time.monotonic()
    _make_room(emulator)
    known = _outputs(emulator, stack)
    _deploy_once(emulator, built, stack, {**parameters, **_addresses(emulator, known)}, say)
    outputs = _outputs(emulator, stack)
    addresses = _addresses(emulator, outputs)
    if any(outputs[name] != address for name, address in addresses.items()):
        outputs = _update(emulator, stack, {**parameters, **addresses})
    say(f"  stack deployed in {time.monotonic() - started:.0f} s")
    return outputs


def _deploy_once(
    emulator: Emulator, built: Path, stack: str, parameters: Mapping[str, str], say: Callable[[str], None]
) -> None:
    command = ["deploy", "--template-file", str(built), "--stack-name", stack, "--s3-bucket", ARTIFACTS]
    command += ["--region", REGION, "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar"]
    command += ["--no-fail-on-empty-changeset", "--parameter-overrides"]
    command += [f"{name}={value}" for name, value in parameters.items() if value]
    done = 0

    def follow(line: str) -> None:
        nonlocal done
        if line.startswith(("CREATE_COMPLETE", "UPDATE_COMPLETE")):
            done += 1
            if done % 20 == 0:
                say(f"  {done} resources ready")

    credentials = {"AWS_ENDPOINT_URL": emulator.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    _sam(command, built.parent.parent / "sam.log", credentials, follow)


def _update(emulator: Emulator, stack: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """Give the stack other parameters; its template stays. Returns its outputs."""
    formation = emulator.client("cloudformation")
    formation.update_stack(
        StackName=stack,
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    )
    formation.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return _outputs(emulator, stack)


def functions_of(outputs: Iterable[str]) -> list[str]:
    """Give the outputs that are functions: the template has one for each, `...Function`."""
    return sorted(name for name in outputs if name.endswith("Function"))


def try_functions(emulator: Emulator, outputs: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Call each function with the self-test event, as `make deploy` does: what does not start is found before a post.

    Raises: StackError naming those that do not start.
    """
    started = time.monotonic()
    functions = emulator.client("lambda")

    def starts(name: str) -> str:
        answer = functions.invoke(FunctionName=outputs[name], Payload=json.dumps({"self_test": True}))
        return "" if "FunctionError" not in answer else f"{name}: {answer['Payload'].read().decode()}"

    tried = functions_of(outputs)
    with ThreadPoolExecutor(2) as pool:  # two cores are enough for two starts
        broken = [problem for problem in pool.map(starts, tried) if problem]
    if broken:
        raise StackError("these functions do not start:\n" + "\n".join(broken))
    say(f"  {len(tried)} functions start, {time.monotonic() - started:.0f} s")


def _make_room(emulator: Emulator) -> None:
    """The bucket SAM uploads to, and the identity mails are sent from."""
    storage, mail = emulator.client("s3"), emulator.client("sesv2")
    try:
        storage.head_bucket(Bucket=ARTIFACTS)
    except ClientError:
        storage.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    try:
        mail.get_email_identity(EmailIdentity=MAIL_FROM)
    except ClientError:
        mail.create_email_identity(EmailIdentity=MAIL_FROM)


def _outputs(emulator: Emulator, stack: str) -> dict[str, str]:
    try:
        found = emulator.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError:
        return {}
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def _addresses(emulator: Emulator, outputs: Mapping[str, str]) -> dict[str, str]:
    """Where a browser of this machine finds what in AWS has a public name. Empty before the first deployment.

    The emulator serves a function URL under its AWS host name, which a browser cannot resolve, and by path.
    """
    if not outputs:
        return {}
    functions = {
        name: outputs[output].split("//")[1].split(".")[0]
        for name, output in (("LinksUrl", "LinkFunctionUrl"), ("WebhooksUrl", "WebhookFunctionUrl"))
        if output in outputs  # a stack of before may not have it
    }
    return {
        **{name: f"{emulator.endpoint}/_aws/lambda-url/{identifier}/" for name, identifier in functions.items()},
        "PublicUrl": f"{emulator.endpoint}/{outputs['PublicBucket']}",
    }


def _sam(arguments: list[str], log: Path, extra: Mapping[str, str], follow: Callable[[str], None]) -> None:
    without = (
        "AWS_",
        "SAM_",
        "PYTHON",
    )  # the last of these may forbid to keep bytecode: SAM would be compiled each time
    environment = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    environment |= {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": REGION, **extra}
    environment.pop("VIRTUAL_ENV", None)
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w", encoding="utf-8") as out,
        subprocess.Popen(
            [environments.program("sam", "sam"), *arguments],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as sam,
    ):
        for line in sam.stdout or ():
            out.write(line)
            follow(line)
        status = sam.wait()
    if status != 0:
        why = environments.reason(log.read_text(encoding="utf-8", errors="replace"))
        told = f"{why}\nThe whole output: {log}" if why else f"see {log}:\n{_tail(log)}"
        raise StackError(f"`sam {arguments[0]}` ended with status {status}. {told}")


def fingerprint(parameters: Mapping[str, str]) -> str:
    """What a deployment depends on: template, functions, layer, parameters, interpreter. Equal: nothing to deploy."""
    digest = hashlib.sha256(json.dumps([sys.version_info[:2], dict(parameters)]).encode())
    folders = [ROOT / "functions", ROOT / "layers" / "heraut"]
    files = [
        file for folder in folders for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts
    ]
    for file in [ROOT / "infra" / "template.yaml", *sorted(files)]:
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
