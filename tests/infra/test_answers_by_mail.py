"""What `make deploy` says about answers by e-mail, before anything is changed and at its end."""

from __future__ import annotations

import pytest

from infra import account
from infra.deploy import answers_by_mail, check_answers

DOMAIN = {"AnswersDomain": "reponses.example.com"}


def test_where_no_mail_is_received_deploying_stops_with_a_way_out() -> None:
    """Paris receives none; another region may, or nothing is asked for."""
    with pytest.raises(account.Refused, match="AnswersRegion=eu-west-1"):
        check_answers(DOMAIN, "eu-west-3")
    with pytest.raises(account.Refused, match="receives no mail"):
        check_answers({**DOMAIN, "AnswersRegion": "eu-west-3"}, "eu-west-1")
    check_answers({}, "eu-west-3")
    check_answers(DOMAIN, "eu-west-1")
    check_answers({**DOMAIN, "AnswersRegion": "eu-west-1"}, "eu-west-3")


def test_what_is_left_to_do_is_said() -> None:
    """The record of the domain, and the rule set that has to be made to work; or the rule that is elsewhere."""
    here = "\n".join(answers_by_mail({**DOMAIN, "AnswersRuleSet": "heraut-Answers"}, DOMAIN, "eu-west-1"))
    assert "10 inbound-smtp.eu-west-1.amazonaws.com" in here
    assert "set-active-receipt-rule-set --region eu-west-1 --rule-set-name heraut-Answers" in here

    given = {**DOMAIN, "AnswersRegion": "eu-west-1"}
    there = "\n".join(answers_by_mail({**DOMAIN, "FilesBucket": "heraut-files"}, given, "eu-west-3"))
    assert "10 inbound-smtp.eu-west-1.amazonaws.com" in there
    assert "a rule in eu-west-1 puts its mail into the bucket heraut-files under mails/" in there


def test_without_a_domain_nothing_is_said() -> None:
    """As most stacks are."""
    assert answers_by_mail({"FilesBucket": "x"}, {}, "eu-west-3") == []
