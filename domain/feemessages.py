"""What a message that asks for a fee looks like, true or false: 「這是真的嗎？」 answers it without being asked."""

import unicodedata

SHORTEST = 18  # characters; shorter ones are words and questions of citizens themselves
_ABOUT = (
    "停車費", "停車單", "欠費", "未繳", "待繳", "罰單", "罰鍰", "催繳", "通行費", "帳單",
    "parking", "unpaid", "overdue", "fine", "toll",
)  # fmt: skip
_URGES = (
    "請於", "請至", "請盡", "請儘", "立即", "盡速", "盡快", "儘速", "儘快", "以免", "否則",
    "點擊", "點選", "點此", "連結", "網址", "回覆", "強制執行", "加倍", "小時內", "今日內", "最後通知",
    "click", "link", "immediately", "within", "avoid", "last notice", "reply",
)  # fmt: skip
_ASKS = ("?", "嗎", "呢", "怎麼", "如何", "請問", "為什麼", "我想", "how ", "why ", "what ")  # a citizen's own question


def looks_like_fee_message(text: str) -> bool:
    """Whether a text speaks of a fee and urges to something, as SMS about fees do; a question of one's own does not."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    if len(plain) < SHORTEST or any(word in plain for word in _ASKS):
        return False
    return any(word in plain for word in _ABOUT) and any(word in plain for word in _URGES)
