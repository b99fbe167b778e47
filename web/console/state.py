"""What the page is told: everything small each time, chats from where it left off."""

from datetime import datetime
from typing import Any

from web.console.chats import Console, Said
from web.console.lineapi.memory import Delivery, User

WAIT_SECONDS = 2.0  # one look is answered at once when something happened, else after this

Told = dict[str, Any]


def wait_and_tell(console: Console, after: int) -> Told:
    """Wait until something happened after number `after` (the tray is looked into each time), then tell."""
    console.memory.wait_for(lambda: console.memory.last_seq > after, WAIT_SECONDS)
    return tell(console, after)


def tell(console: Console, after: int) -> Told:
    """The state of the page; `entries` are the happenings after number `after`, in order."""
    memory = console.memory
    with memory.changed:
        entries = [entry for chat in memory.users for entry in memory.timelines.get(chat, ()) if entry.seq > after]
        told = {
            "born": console.born,
            "seq": memory.last_seq,
            "citizens": [_citizen(console, user) for user in memory.users.values()],
            "entries": [_entry(entry) for entry in sorted(entries, key=lambda entry: entry.seq)],
            "log": [
                {
                    "seq": line.seq,
                    "at": _milliseconds(line.at),
                    "what": line.what,
                    "status": line.status,
                    "ms": line.milliseconds,
                    "reason": line.reason,
                }
                for line in console.log
            ],
        }
    tries = [{"type": one.type, "shows": {"zh": one.zh, "en": one.en}} for one in console.tries()]
    return told | {"tray": _tray(console), "tries": tries}


def _citizen(console: Console, user: User) -> Told:
    until = console.memory.loading_until.get(user.user_id)
    return {
        "id": user.user_id,
        "name": user.display_name,
        "language": user.language,
        "blocked": user.blocked,
        "loading": until is not None and until > console.clock.now(),
        "menu": _menu(console, user),
    }


def _menu(console: Console, user: User) -> Told:
    """The menu deployed for the citizen with the address of its image, else the drawn one."""
    menus = console.platform.rich_menus
    menu_id = menus.menu_of(user.user_id)
    menu = menus.menus[menu_id] if menu_id else console.menu(user.language)
    return {
        "key": menu_id or f"drawn-{user.language}",
        "image": f"menus/{menu_id}" if menu_id else None,
        "size": menu["size"],
        "selected": menu["selected"],
        "chatBarText": menu["chatBarText"],
        "areas": menu["areas"],
    }


def _entry(entry: Delivery | Said) -> Told:
    told: Told = {"seq": entry.seq, "chat": entry.chat_id, "at": _milliseconds(entry.at)}
    if isinstance(entry, Said):
        return told | {"said": entry.shown}
    body = entry.body.decode() if entry.body is not None else None
    return told | {"kind": entry.kind, "body": body}


def _tray(console: Console) -> list[Told]:
    return [
        {
            "key": item.key,
            "kind": item.kind,
            "to": item.to,
            "subject": item.subject,
            "text": item.text,
            "at": _milliseconds(item.at),
        }
        for item in console.tray()
    ]


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
