"""The one place where settings become adapters become services. Used by app.py and jobs/.

One file is one room: what a capability is made of, what it gives to conversations and tasks, which doors it opens. A
room inherits from the rooms whose services it uses. A new capability is a new file here and one more name in `House`.
"""

from wiring.agencies import AgencyRoom
from wiring.audit import AuditRoom
from wiring.campaigns import CampaignRoom
from wiring.console import ConsoleRoom
from wiring.conversations import Conversations
from wiring.my_data import MyDataRoom
from wiring.pumps import INBOX_THREADS, Component, worker_components
from wiring.records import RecordRoom
from wiring.reminders import ReminderRoom
from wiring.scanning import ScanningRoom
from wiring.staff import StaffRoom

WEB_THREADS = 16

__all__ = ["INBOX_THREADS", "WEB_THREADS", "Component", "House", "worker_components"]


class House(
    Conversations,
    ScanningRoom,
    ReminderRoom,
    MyDataRoom,
    RecordRoom,
    StaffRoom,
    AgencyRoom,
    CampaignRoom,
    AuditRoom,
    ConsoleRoom,
):
    """All services of one process, made at first use: so after fork, and only those a process needs."""
