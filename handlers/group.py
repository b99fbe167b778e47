"""Groups and rooms: a short answer that points to the private chat. Never a plate or a bill in front of others."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.input import Joined, SpokenTo
from bot.triggers import Kind
from bot.turn import Turn


class Group(Conversation[NoData]):
    key = "group"
    triggers = (Kind(SpokenTo), Kind(Joined))

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        return Done(
            turn.text("為了保護大家的個資，我在群組裡不查車牌也不顯示帳單。請點我的頭像，在一對一聊天中輸入車牌。")
        )
