"""What the linters miss, asserted on the template as AWS expands it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from heraut import settings
from heraut.publishing.calendar.sheet import ANSWERED, ENDINGS
from infra.local.stack import functions_of
from tests.infra.translated import ROOT, of_type, references, resources, statements, written

FUNCTIONS = of_type("AWS::Lambda::Function")
ROLES = of_type("AWS::IAM::Role")
SCHEDULES = of_type("AWS::Scheduler::Schedule")
QUEUES = of_type("AWS::SQS::Queue")
MAPPINGS = of_type("AWS::Lambda::EventSourceMapping")
ON_THE_HOUR = "cron(0 * * * ? *)"
RATE = re.compile(r"rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9]\d+) (?:minutes|hours|days))\)")
SET_FOR_ALL = {"POWERTOOLS_METRICS_NAMESPACE"}
MOST_ALARMS = 5
# Reads that take no resource: AWS's Service Authorization Reference gives none for them.
OF_NO_RESOURCE = {
    "cloudwatch:GetMetricData",
    "lambda:GetAccountSettings",
    "ses:GetAccount",
    "sns:GetSMSAttributes",
    "sns:GetSMSSandboxAccountStatus",
}


def folder_of(function: str) -> str:
    """`PublishPostFunction` -> `publish_post`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", function.removesuffix("Function")).lower()


def role_of(function: str) -> dict[str, Any]:
    """The properties of a function's role."""
    (name,) = references(FUNCTIONS[function]["Role"])
    return ROLES[name]


def test_each_function_folder_is_one_resource_and_the_other_way_round() -> None:
    """No code that is not deployed, no resource without code."""
    folders = {folder.name for folder in (ROOT / "functions").iterdir() if folder.is_dir()}

    assert {folder_of(name) for name in FUNCTIONS} == folders


def test_each_spreadsheet_in_the_inbox_starts_an_import() -> None:
    """What the handler would read or answer, the rule lets through: a person gets a report."""
    rule = of_type("AWS::Events::Rule")["ImportCalendarFunctionInbox"]
    started = {one["wildcard"].removeprefix("inbox/*") for one in rule["EventPattern"]["detail"]["object"]["key"]}

    assert {*ENDINGS, *ANSWERED} <= started
    assert {ending.lower() for ending in started} <= {*ENDINGS, *ANSWERED}


def test_every_function_is_tried_after_a_deployment() -> None:
    """Each has an output, by which the deployment, the rehearsal and the tests find it."""
    outputs = written()["Outputs"]
    tried = {name for one in functions_of(outputs) for name in references(outputs[one]["Value"])}

    assert tried == set(FUNCTIONS)
    assert len(functions_of(outputs)) == len(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_exists_where_the_template_says(name: str) -> None:
    """`app.lambda_handler` is a function of the folder the resource takes its code from."""
    module, function = FUNCTIONS[name]["Handler"].split(".")
    folder = Path(written()["Resources"][name]["Properties"]["CodeUri"])
    source = (ROOT / "infra" / folder / f"{module}.py").resolve()

    assert source.parent == ROOT / "functions" / folder_of(name)
    tree = ast.parse(source.read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_environment_is_exactly_what_the_settings_read(name: str) -> None:
    """A field without a variable fails at the first call; a variable without a field is of no use."""
    kind = getattr(settings, f"{name.removesuffix('Function')}Settings")
    variables = set(FUNCTIONS[name]["Environment"]["Variables"])

    assert variables - SET_FOR_ALL == {field.upper() for field in kind.fields()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_writes_to_a_log_group_that_forgets(name: str) -> None:
    """A log group of its own, with a retention, which its role alone may write to."""
    (group,) = references(FUNCTIONS[name]["LoggingConfig"]["LogGroup"])
    writers = {
        role
        for role, properties in ROLES.items()
        for one in statements(properties)
        if "logs:PutLogEvents" in one["Action"] and group in references(one["Resource"])
    }

    assert resources()[group]["Type"] == "AWS::Logs::LogGroup"
    assert "RetentionInDays" in resources()[group]["Properties"]
    assert writers == references(FUNCTIONS[name]["Role"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_runs_what_was_built_for_it(name: str) -> None:
    """Arm, Python 3.13, the layer, no tracing that costs more than the function."""
    function = FUNCTIONS[name]

    assert function["Architectures"] == ["arm64"]
    assert function["Runtime"] == "python3.13"
    assert len(function["Layers"]) == 1
    assert function["TracingConfig"] == {"Mode": "PassThrough"}
    assert function["Timeout"] <= 900


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_function_gives_up_is_kept(name: str) -> None:
    """Every way to run a function without somebody waiting ends in the failed queue."""
    mapped = [one for one in MAPPINGS.values() if name in references(one["FunctionName"])]
    asynchronous = [
        one for one in of_type("AWS::Lambda::EventInvokeConfig").values() if name in references(one["FunctionName"])
    ]
    if mapped:
        ends = [
            one.get("DestinationConfig") or QUEUES[next(iter(references(one["EventSourceArn"])))]["RedrivePolicy"]
            for one in mapped
        ]
    elif name in {"ActOnLinkFunction", "ReceiveWebhookFunction"}:
        return  # somebody waits: the browser gets the error, the network sends again
    else:
        ends = [one["DestinationConfig"]["OnFailure"] for one in asynchronous]

    assert ends
    assert all("FailedQueue" in references(end) for end in ends)


def test_asynchronous_functions_may_write_to_the_queue_they_end_in() -> None:
    """Lambda writes there with the function's own role; a missing grant loses the event in silence."""
    for config in of_type("AWS::Lambda::EventInvokeConfig").values():
        (function,) = references(config["FunctionName"])
        granted = [
            references(one["Resource"]) for one in statements(role_of(function)) if "sqs:SendMessage" in one["Action"]
        ]

        assert any("FailedQueue" in one for one in granted), function


@pytest.mark.parametrize("name", SCHEDULES)
def test_each_schedule_is_complete(name: str) -> None:
    """An expression AWS can read, a zone, our role and group, no fixed name, few retries, a queue at the end."""
    schedule = SCHEDULES[name]
    target = schedule["Target"]

    expression = schedule["ScheduleExpression"]
    assert RATE.fullmatch(expression) or expression == ON_THE_HOUR
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert references(schedule["GroupName"]) == {"Schedules"}
    assert "Name" not in schedule
    assert references(target["RoleArn"]) == {"SchedulerRole"}
    assert target["RetryPolicy"]["MaximumRetryAttempts"] <= 2
    assert references(target["DeadLetterConfig"]) == {"UndeliveredQueue"}


def test_the_minute_tick_is_not_retried() -> None:
    """The next tick is the retry: two at once would only do the same work twice."""
    ticks = [one for one in SCHEDULES.values() if one["ScheduleExpression"] == "rate(1 minute)"]

    assert len(ticks) == 3
    assert {one["Target"]["RetryPolicy"]["MaximumRetryAttempts"] for one in ticks} == {0}
    assert (
        of_type("AWS::Lambda::EventInvokeConfig")["DispatchPostsFunctionEventInvokeConfig"]["MaximumRetryAttempts"] == 0
    )


def test_the_scheduler_starts_scheduled_functions_and_only_for_this_stack() -> None:
    """Its role trusts our group in our account, and reaches exactly the functions that have a schedule."""
    role = ROLES["SchedulerRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    invokes = [one for one in statements(role) if one["Action"] == ["lambda:InvokeFunction"]]

    assert references(trust["Condition"]["StringEquals"]) == {"AWS::AccountId", "Schedules"}
    assert references(invokes) == {name for one in SCHEDULES.values() for name in references(one["Target"]["Arn"])}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_message_stays_hidden_while_it_is_worked_on(name: str) -> None:
    """Visibility of six timeouts, as Lambda asks, and partial failures."""
    mapping = MAPPINGS[name]
    (source,) = references(mapping["EventSourceArn"])
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    if source not in QUEUES:
        return
    (function,) = references(mapping["FunctionName"])

    assert QUEUES[source]["VisibilityTimeout"] >= 6 * FUNCTIONS[function]["Timeout"]
    assert QUEUES[source]["RedrivePolicy"]["maxReceiveCount"] >= 2


def test_two_queues_are_polled_and_the_publisher_alone_is_capped() -> None:
    """Each polled queue costs money all month; a burst of posts leaves room for the ticks."""
    polled = [one for one in MAPPINGS.values() if references(one["EventSourceArn"]) <= set(QUEUES)]
    caps = {
        name: one.get("ScalingConfig", {}).get("MaximumConcurrency", 0)
        for one in polled
        for name in references(one["FunctionName"])
    }

    assert caps == {"PublishPostFunction": 20, "RouteInteractionFunction": 0}


@pytest.mark.parametrize("name", ROLES)
def test_nothing_is_granted_by_wildcard(name: str) -> None:
    """No `*` action, no `*` resource, no managed policy: tables, queues, parameter paths, prefixes by name."""
    role = ROLES[name]

    assert role.get("ManagedPolicyArns", []) == []
    for one in statements(role):
        assert [action for action in one["Action"] if "*" in action] == []
        assert [resource for resource in one["Resource"] if resource == "*"] == []


def test_the_command_is_granted_nothing_by_wildcard_either() -> None:
    """What the template hands out for people is as narrow, but for reads of which AWS knows no resource."""
    (policy,) = of_type("AWS::IAM::ManagedPolicy").values()
    for one in statements({"Policies": [policy]}):
        assert [action for action in one["Action"] if "*" in action] == []
        wide = "*" in one["Resource"]
        assert not wide or (one["Resource"] == ["*"] and set(one["Action"]) <= OF_NO_RESOURCE)


@pytest.mark.parametrize("name", QUEUES)
def test_queues_are_encrypted_and_failures_wait_two_weeks(name: str) -> None:
    """What could not be done is still there after a holiday."""
    assert QUEUES[name]["SqsManagedSseEnabled"] is True
    if name in {"FailedQueue", "UndeliveredQueue"}:
        assert QUEUES[name]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_every_failure_queue_has_an_alarm_and_alarms_are_few() -> None:
    """Each alarm is paid for every month, and reaches a person."""
    alarms = of_type("AWS::CloudWatch::Alarm")
    watched = {name for one in alarms.values() for name in references(one.get("Dimensions", []))}

    assert {"FailedQueue", "UndeliveredQueue"} <= watched
    assert len(alarms) <= MOST_ALARMS
    assert all(references(one["AlarmActions"]) == {"Alarms"} for one in alarms.values())


def test_a_dead_machine_rings() -> None:
    """No heartbeat is breaching, not merely missing; `test_alarms.py` plays what rings, and when."""
    alarm = of_type("AWS::CloudWatch::Alarm")["HeartbeatAlarm"]

    assert (alarm["MetricName"], alarm["Statistic"]) == ("TickCompleted", "Sum")
    assert (alarm["TreatMissingData"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "breaching",
        "LessThanThreshold",
        1,
    )


def test_the_alarm_topic_can_be_published_to() -> None:
    """CloudWatch cannot publish to a topic encrypted with the key AWS manages."""
    assert "KmsMasterKeyId" not in of_type("AWS::SNS::Topic")["Alarms"]


@pytest.mark.parametrize("name", of_type("AWS::DynamoDB::Table"))
def test_tables_can_be_restored_and_forget_what_they_may(name: str) -> None:
    """On demand, point-in-time recovery, TTL, and kept when the stack goes."""
    table = of_type("AWS::DynamoDB::Table")[name]

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert resources()[name]["DeletionPolicy"] == resources()[name]["UpdateReplacePolicy"] == "Retain"


def test_the_due_index_stays_small() -> None:
    """A tick reads what is due; the text of a post is never in what it reads."""
    (index,) = [
        one
        for one in of_type("AWS::DynamoDB::Table")["PostsTable"]["GlobalSecondaryIndexes"]
        if one["IndexName"] == "due"
    ]

    assert index["Projection"]["ProjectionType"] == "INCLUDE"
    assert not {"document", "text", "texts"} & set(index["Projection"]["NonKeyAttributes"])


def test_private_files_stay_private() -> None:
    """Only the public bucket can be opened, and only when the person deploying says so."""
    blocks = of_type("AWS::S3::Bucket")["FilesBucket"]["PublicAccessBlockConfiguration"]
    open_policies = {
        name: one
        for name, one in resources().items()
        if one["Type"] == "AWS::S3::BucketPolicy" and '"*"' in str(one).replace("'", '"')
    }

    assert set(blocks.values()) == {True}
    assert {name: one.get("Condition") for name, one in open_policies.items()} == {
        "PublicBucketReaders": "SiteOnBucket"
    }
    assert written()["Parameters"]["PublicSite"]["Default"] == "none"


def test_the_public_site_says_itself_how_long_it_may_be_kept() -> None:
    """So a name that is taken back is gone in a minute: CloudFront adds no time of its own, and no version is kept."""
    (distribution,) = of_type("AWS::CloudFront::Distribution").values()
    config = distribution["DistributionConfig"]
    behaviour = config["DefaultCacheBehavior"]

    assert behaviour["CachePolicyId"] == "83da9c7e-98b4-4e11-a168-04f0df8e2c65"  # UseOriginCacheControlHeaders
    assert {"MinTTL", "DefaultTTL", "MaxTTL", "ForwardedValues"} & set(behaviour) == set()
    assert {"CacheBehaviors", "CustomErrorResponses", "OriginGroups"} & set(config) == set()
    assert "VersioningConfiguration" not in of_type("AWS::S3::Bucket")["PublicBucket"]


def test_mail_is_received_only_where_a_domain_is_given_and_is_soon_forgotten() -> None:
    """SES may write under one prefix, for this account's rules alone, where it receives; reading starts there."""
    (policy,) = resources()["FilesBucketMails"]["Properties"]["PolicyDocument"]["Statement"]
    rules = of_type("AWS::S3::Bucket")["FilesBucket"]["LifecycleConfiguration"]["Rules"]
    started = of_type("AWS::Events::Rule")["ReceiveMailFunctionMails"]["EventPattern"]["detail"]["object"]["key"]
    (action,) = of_type("AWS::SES::ReceiptRule")["AnswersRule"]["Rule"]["Actions"]

    assert written()["Parameters"]["AnswersDomain"]["Default"] == ""
    conditions = {
        name: resources()[name]["Condition"] for name in ("FilesBucketMails", "AnswersRule", "AnswersRuleSet")
    }
    assert conditions == {
        "FilesBucketMails": "HasAnswers",
        "AnswersRule": "AnswersHere",
        "AnswersRuleSet": "AnswersHere",
    }
    assert (policy["Principal"], policy["Action"]) == ({"Service": "ses.amazonaws.com"}, "s3:PutObject")
    assert policy["Resource"]["Fn::Sub"].endswith("/mails/*")
    assert policy["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "receipt-rule-set/*" in str(policy["Condition"]["StringLike"]["aws:SourceArn"])
    assert (action["S3Action"]["ObjectKeyPrefix"], started) == ("mails/", [{"prefix": "mails/"}])
    assert [one["ExpirationInDays"] for one in rules if one.get("Prefix") == "mails/"] == [3]


def test_several_stacks_live_side_by_side() -> None:
    """Nothing has a physical name of its own."""
    named = {
        "FunctionName",
        "TableName",
        "BucketName",
        "QueueName",
        "RoleName",
        "TopicName",
        "LogGroupName",
        "AlarmName",
    }
    own = {
        name: named & set(one.get("Properties", {}))
        for name, one in resources().items()
        if one["Type"].split("::")[1] != "Lambda"
    }

    assert {name for name, found in own.items() if found} == set()
    assert all("FunctionName" not in one for one in FUNCTIONS.values())


def test_what_cannot_be_made_again_keeps_its_name() -> None:
    """A logical id that changes deletes a table, a bucket, or every address ever given out."""
    frozen = {
        line
        for line in (ROOT / "infra" / "frozen.txt").read_text(encoding="utf-8").splitlines()
        if line and line[0] != "#"
    }
    kept = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Lambda::Url"}

    assert frozen == {name for name, one in resources().items() if one["Type"] in kept}


def test_no_parameter_opens_loopback_in_aws() -> None:
    """The list of servers that may be opened although they are private is empty unless somebody gives one."""
    assert written()["Parameters"]["LocalServers"]["Default"] == ""
