"""The two doors out of the code under test, botocore's and requests', where calls are recorded and faults strike."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

from tests.contracts.stack import REGION, _Body
from tests.matrix.calls import Call, Fate, Fault, Killed
from tests.matrix.wire import Heard, Line, Said

if TYPE_CHECKING:
    from tests.matrix.hall import Hall

AWS_TAKES, NETWORK_TAKES = 0.004, 0.08  # seconds of a call that goes well
LAG = timedelta(seconds=65)
PAST_LEASE = timedelta(seconds=100)
BUSY_SECONDS = 90.0
HALF_A_MINUTE = timedelta(seconds=30)
WRITES = frozenset({"UpdateItem", "PutItem", "TransactWriteItems"})
# What each service says when it is asked too much (botocore's own service models).
_TOO_MUCH = {
    "dynamodb": (400, "com.amazonaws.dynamodb.v20120810#ThrottlingException"),
    "sqs": (400, "com.amazonaws.sqs#RequestThrottled"),
    "lambda": (429, "TooManyRequestsException"),
    "ssm": (400, "ThrottlingException"),
    "s3": (503, "SlowDown"),
}


def _around(hall: Hall, fault: Fault, *, before: bool) -> None:
    """Let happen what a fault puts before a call, or after it."""
    match fault.fate, before:
        case (Fate.KILLED_BEFORE, True) | (Fate.KILLED_AFTER, False):
            raise Killed
        case (Fate.SECOND_BEFORE, True) | (Fate.SECOND_AFTER, False):
            hall.second_publisher()
        case Fate.SECOND_DIES, True:
            hall.second_publisher(dies=True)
        case (Fate.EDITED_BEFORE, True) | (Fate.EDITED_AFTER, False):
            hall.person()
        case Fate.CLOCK, True:
            hall.time.shift += timedelta(seconds=fault.by)
        case Fate.STOPPED, False:
            hall.time.stop(fault.by)
            raise Killed


class AwsDoor:
    """Where botocore would send: DynamoDB, S3 and SSM are moto's; the queue and the functions are the hall's."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._refusing: dict[str, Any] = {}  # service.operation -> until when it is throttled
        self._tokens: set[str] = set()

    def answer(self, request: Any, service: str, operation: str) -> Any:
        """Answer a request, or let its fault strike."""
        hall = self._hall
        hall.check_alive()
        call, fault = hall.tape.next(hall.actor, service, _named(operation, request))
        refused_until = self._refusing.get(f"{service}.{operation}")
        if refused_until is not None and hall.time.true < refused_until:
            return _throttled(request, service)
        if fault is not None:
            return self._strike(fault, request, service, operation)
        answered = self._apply(request, service, operation)
        hall.outlive(call)
        return answered

    def _strike(self, fault: Fault, request: Any, service: str, operation: str) -> Any:
        hall, fate = self._hall, fault.fate
        match fate:
            case Fate.THROTTLED | Fate.THROTTLED_ON:
                if fate is Fate.THROTTLED_ON:
                    self._refuse(service, operation)
                return _throttled(request, service)
            case Fate.NOT_APPLIED:
                raise ConnectTimeoutError(endpoint_url=request.url)
            case Fate.ENTRY_FAILED | Fate.TWICE | Fate.PAST_LEASE:
                return self._queue(request, fate)
            case Fate.INDEX_LAGS:
                with hall.tables.as_of(hall.time.true - LAG):
                    return self._moto(request)
        _around(hall, fault, before=True)
        answer = self._apply(request, service, operation)
        match fate:
            case Fate.APPLIED:
                hall.time.sleep(5)
                raise ReadTimeoutError(endpoint_url=request.url)
            case Fate.APPLIED_SILENT:
                self._refuse(service, operation)
                raise ReadTimeoutError(endpoint_url=request.url)
            case Fate.AWS_FAILED:
                return _answered(request, 500, {"__type": "InternalServerError"})
        _around(hall, fault, before=False)
        return answer

    def _refuse(self, service: str, operation: str) -> None:
        self._refusing[f"{service}.{operation}"] = self._hall.time.true + HALF_A_MINUTE

    def _apply(self, request: Any, service: str, operation: str) -> Any:
        hall = self._hall
        hall.time.sleep(AWS_TAKES)
        hall.check_alive()
        match service:
            case "sqs":
                return self._queue(request)
            case "lambda":
                hall.invoke(_text(request))
                return AWSResponse(request.url, 202, HTTPHeaders(), _Body(b""))
            case "dynamodb":
                return self._table(request, operation)
            case _:
                return self._moto(request)

    def _table(self, request: Any, operation: str) -> Any:
        hall, asked = self._hall, json.loads(request.body)
        token = asked.get("ClientRequestToken")
        if token in self._tokens:  # moto does not know it: DynamoDB answers a repeat without writing again
            return _answered(request, 200, {})
        if hall.tables.lag and "IndexName" in asked:
            with hall.tables.as_of(hall.time.true - hall.tables.lag):
                return self._dynamodb(request, operation, asked)
        answer = self._dynamodb(request, operation, asked)
        if operation in WRITES and answer.status_code == 200:
            if token:
                self._tokens.add(token)
            hall.tables.written(hall.time.true)
            hall.watch()
        return answer

    def _queue(self, request: Any, fate: Fate | None = None) -> Any:
        sent, failed = [], []
        for place, entry in enumerate(json.loads(request.body)["Entries"]):
            if fate is Fate.ENTRY_FAILED and place == 0:
                failed.append({"Id": entry["Id"], "SenderFault": False, "Code": "InternalError", "Message": ""})
                continue
            delay = timedelta(seconds=entry["DelaySeconds"]) + (PAST_LEASE if fate is Fate.PAST_LEASE else timedelta(0))
            for _ in range(2 if fate is Fate.TWICE else 1):
                self._hall.queue(entry["MessageBody"], delay)
            sent.append({"Id": entry["Id"], "MessageId": f"m{place}", "MD5OfMessageBody": "x"})
        return _answered(request, 200, {"Successful": sent, "Failed": failed})

    def _dynamodb(self, request: Any, operation: str, asked: dict[str, Any]) -> Any:
        """Let moto's own handler answer, without the layers of HTTP around it, which take twice its time.

        What it refuses goes through them after all: a refusal has written nothing, and they say it as DynamoDB does.
        """
        handler: Any = DynamoHandler()
        handler.current_account, handler.region, handler.body = DEFAULT_ACCOUNT_ID, REGION, asked
        handler.headers = request.headers
        try:
            result = getattr(handler, camelcase_to_underscores(operation))().result
        except (ServiceException, HTTPException):
            return self._moto(request)
        return _answered(request, 200, result)

    @staticmethod
    def _moto(request: Any) -> Any:
        botocore_stubber.enabled = True
        try:
            return botocore_stubber("before-send", request)
        finally:
            botocore_stubber.enabled = False


class NetworkDoor:
    """Where requests would connect: a line to a double, by `host:port`."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def connect(self, address: tuple[str, int], timeout: float) -> Line:
        """Open a line, as `socket.create_connection` opens a socket."""
        hall = self._hall
        hall.check_alive()
        double = hall.doubles[f"{address[0]}:{address[1]}"]
        call, fault = hall.tape.next(hall.actor, double.name, "?")
        if fault is not None:
            if fault.fate is Fate.UNREACHABLE:
                raise ConnectionRefusedError
            _around(hall, fault, before=True)

        def answer(request: Heard, seconds: float) -> bytes:
            named = hall.tape.name(call, f"{request.method} {double.called(request)}")
            return self._answer(double, request, named, fault, seconds)

        return Line(answer)

    def _answer(self, double: Any, request: Heard, call: Call, fault: Fault | None, seconds: float) -> bytes:
        hall = self._hall
        hall.time.sleep(NETWORK_TAKES)
        fate = fault.fate if fault else None
        if fate is Fate.LOST_BEFORE:
            self._silence(seconds)
        said: Said = double.busy(BUSY_SECONDS) if fate is Fate.BUSY else double.answer(request)
        match fate:
            case Fate.TIMED_OUT:
                self._silence(seconds)
            case Fate.CUT:
                written = said.written()
                return written[: len(written) - 7]
            case Fate.FAILED_AFTER:
                return Said(500, {"error": "InternalServerError"}).written()
        if fault is not None:
            _around(hall, fault, before=False)
        hall.outlive(call)
        hall.check_alive()
        double.delivered()
        return said.written()

    def _silence(self, seconds: float) -> None:
        """Let the caller wait for nothing until its time is over."""
        self._hall.time.sleep(seconds + 0.001)
        self._hall.check_alive()
        raise TimeoutError


def _throttled(request: Any, service: str) -> AWSResponse:
    status, code = _TOO_MUCH[service]
    if service == "s3":
        body = f"<Error><Code>{code}</Code><Message>Reduce your request rate.</Message></Error>".encode()
        return AWSResponse(request.url, status, HTTPHeaders(), _Body(body))
    return _answered(request, status, {"__type": code, "Type": "User", "message": "Rate exceeded"}, code)


def _answered(request: Any, status: int, body: dict[str, Any], error: str = "") -> AWSResponse:
    headers = HTTPHeaders()
    if error:
        headers["x-amzn-ErrorType"] = error
    return AWSResponse(request.url, status, headers, _Body(json.dumps(body).encode()))


def _text(request: Any) -> str:
    body = request.body
    return body.decode() if isinstance(body, bytes) else str(body.read().decode() if hasattr(body, "read") else body)


def _named(operation: str, request: Any) -> str:
    """Name a call so that a person recognises it: the operation, and which index, gate or object."""
    if operation in {"GetObject", "PutObject"}:
        return f"{operation} {request.url.rpartition('/')[2].partition('?')[0].rpartition('.')[2]}"
    if operation not in {"Query", "UpdateItem", "PutItem", "GetItem"}:
        return operation
    asked = json.loads(request.body)
    if "IndexName" in asked:
        return f"{operation} {asked['IndexName']}"
    if operation == "UpdateItem":
        return f"{operation} {'gate' if ':sending' in asked['ExpressionAttributeValues'] else 'mark'}"
    if operation == "GetItem":
        return f"{operation} {asked['Key']['sk']['S'].partition('#')[0]}"
    return operation


__all__ = ["AwsDoor", "Call", "NetworkDoor"]
