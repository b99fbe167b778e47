"""What topics and channels of notices are called (msgids): on cards, and in the copy of one's own data."""

from collections.abc import Mapping

from domain.notices import Channel, Topic
from domain.reader import msgid

TOPICS: Mapping[Topic, str] = {
    Topic.OWN_ACT: msgid("您的繳費與查詢"),
    Topic.ASKED_FOR: msgid("您要求的提醒"),
    Topic.ACCOUNT: msgid("帳號、車輛與退款"),
    Topic.NEW_BILL: msgid("新帳單"),
    Topic.DUE_SOON: msgid("三天內到期"),
    Topic.DUE_TOMORROW: msgid("今天或明天到期"),
    Topic.OVERDUE: msgid("逾期與催繳"),
    Topic.WRITE_OFF: msgid("銷帳完成"),
    Topic.ROUND: msgid("月票開放申請"),
    Topic.DRAW: msgid("抽籤結果與遞補"),
    Topic.PASS_ENDS: msgid("月票到期"),
    Topic.FLOOD: msgid("防汛通知"),
    Topic.NEWS: msgid("市府公告"),
}
CHANNELS: Mapping[Channel, str] = {
    Channel.LINE: msgid("LINE"),
    Channel.SMS: msgid("簡訊"),
    Channel.BOTH: msgid("LINE 和簡訊"),
}
