"""What a table that holds something about a citizen is: the values to show, and the statements that erase it."""

from collections.abc import Sequence
from dataclasses import dataclass

OF_CITIZEN = "channel = :channel AND citizen = :citizen"


@dataclass(frozen=True, slots=True)
class Column:
    """One value: its name in the JSON, its label in the PDF (a msgid; "" leaves it out there), its SQL."""

    name: str
    label: str
    sql: str = ""

    @property
    def expression(self) -> str:
        """What is selected."""
        return f"{self.sql or self.name} AS {self.name}"


@dataclass(frozen=True, slots=True)
class Part:
    """One table."""

    table: str
    title: str = ""  # msgid of its section; "" with no columns: nothing in it but ids
    who: str = ""  # SQL condition: the citizen's rows
    columns: Sequence[Column] = ()
    order: str = ""
    instead: Sequence[str] | None = None  # of deleting the citizen's rows: these statements
    counted: bool = False  # the PDF tells how many rows there are and from when to when, the JSON has each

    @property
    def erase(self) -> Sequence[str]:
        """Statements, run in the order of PARTS."""
        if self.instead is not None:
            return self.instead
        return (f"DELETE FROM {self.table} WHERE {self.who}",)  # noqa: S608

    @property
    def select(self) -> str:
        """The citizen's rows, in order."""
        chosen = ", ".join(column.expression for column in self.columns)
        return f"SELECT {chosen} FROM {self.table} WHERE {self.who} ORDER BY {self.order}"  # noqa: S608
