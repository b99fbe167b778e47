"""What the service can tell is complete: each topic is told by something, and who may do without it can say so."""

from bot.notices import discover_notices
from domain.notices import TREATMENTS, Topic
from domain.noticewords import TOPICS
from tests.flow import Flow

NOTICES = discover_notices("handlers.notices")


def test_each_topic_is_told_by_some_notice() -> None:
    assert {topic for notice in NOTICES for topic in notice.topics} == set(Topic) == set(TREATMENTS)


def test_each_optional_topic_is_in_the_settings_and_no_other(flow: Flow) -> None:
    flow.say("通知設定")
    offered = {topic for topic, name in TOPICS.items() if f"不要「{name}」" in flow.answer.buttons}
    assert offered == {topic for topic, treatment in TREATMENTS.items() if treatment.optional}
