"""The template as AWS would expand it, for every test of this folder."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
Resource = dict[str, Any]
EVERY_TOPIC = {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}  # nothing of SNS that has a name may stand outside
BARE_NUMBERS = "a telephone number"


class _CloudFormation(yaml.SafeLoader):
    """YAML with the short forms of intrinsic functions."""


def _intrinsic(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Any:
    name = tag if tag in {"Ref", "Condition"} else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: str(text).split(".", 1) if tag == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_CloudFormation.add_multi_constructor("!", _intrinsic)


def written() -> dict[str, Any]:
    """The template as it is written."""
    loaded: dict[str, Any] = yaml.load(TEMPLATE.read_text(encoding="utf-8"), _CloudFormation)  # noqa: S506 - a SafeLoader
    return loaded


@cache
def resources() -> dict[str, Resource]:
    """Every resource after the transform, by logical id."""
    given = {"AlarmEmail": "a@example.org", "MailFrom": "b@example.org"}
    document = written()
    for resource in document["Resources"].values():  # the translator takes only addresses of objects
        properties = resource.get("Properties", {})
        for name in ("CodeUri", "ContentUri"):
            if name in properties:
                properties[name] = "s3://bucket/key"
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="eu-west-3"))
    translated = translator.translate(document, {**_defaults(document), **given})
    found: dict[str, Resource] = json.loads(json.dumps(translated["Resources"]))
    return found


def _defaults(document: dict[str, Any]) -> dict[str, Any]:
    return {name: one["Default"] for name, one in document["Parameters"].items() if "Default" in one}


def of_type(kind: str) -> dict[str, Resource]:
    """The properties of each resource of a type, by logical id."""
    return {name: one.get("Properties", {}) for name, one in resources().items() if one["Type"] == kind}


def layer_services() -> set[str]:
    """The AWS services whose descriptions the layer keeps."""
    (named,) = re.findall(
        r"^SERVICES = (.+)$", (ROOT / "layers/heraut/Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    return set(named.split())


def references(value: Any) -> set[str]:
    """The logical ids a value refers to, through Ref, GetAtt and Sub."""
    found: set[str] = set()
    if isinstance(value, dict):
        if "Ref" in value:
            found.add(value["Ref"])
        if "Fn::GetAtt" in value:
            target = value["Fn::GetAtt"]
            found.add(target.split(".")[0] if isinstance(target, str) else target[0])
        if "Fn::Sub" in value:
            text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
            found |= {name.split(".")[0] for name in re.findall(r"\$\{([^}]+)\}", text)}
        for inner in value.values():
            found |= references(inner)
    elif isinstance(value, list):
        for inner in value:
            found |= references(inner)
    return found


def statements(role: Resource) -> list[dict[str, Any]]:
    """Every statement of a role's inline policies, actions and resources as lists; those that a condition adds too.

    The one idiom without `Resource` stands for numbers of telephones, and is given as `BARE_NUMBERS`.
    """
    found = [one for policy in role.get("Policies", []) for one in policy["PolicyDocument"]["Statement"]]
    found = [one["Fn::If"][1] if "Fn::If" in one else one for one in found]
    return [{**one, "Action": _list(one["Action"]), "Resource": _resources(one)} for one in found]


def _resources(statement: dict[str, Any]) -> list[Any]:
    if "NotResource" not in statement:
        return _list(statement["Resource"])
    assert statement == {"Effect": "Allow", "Action": "sns:Publish", "NotResource": EVERY_TOPIC}
    return [BARE_NUMBERS]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
