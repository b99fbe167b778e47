"""Bills that an agency has given us, written straight into the ledger."""

from datetime import date

from sqlalchemy import text

from infra.database import UnitOfWorkFactory

AGENCY = "PARKA"


def owe(  # one line of a bill; its number is unique in the test's database
    units: UnitOfWorkFactory,
    plate: str,
    number: str,
    deadline: date | None,
    amount: int = 20,
    notice: str | None = None,
) -> None:
    """Put an open bill of a car into the ledger, inside a dunning notice where one is named."""
    with units() as uow:
        uow.connection.execute(
            text("INSERT INTO ledger_agency (code) VALUES (:agency) ON CONFLICT DO NOTHING"), {"agency": AGENCY}
        )
        if notice:
            uow.connection.execute(
                text(
                    "INSERT INTO ledger_notice (number, agency, deadline, extra_charge) "
                    "VALUES (:notice, :agency, :deadline, 50) ON CONFLICT DO NOTHING"
                ),
                {"notice": notice, "agency": AGENCY, "deadline": deadline},
            )
        uow.connection.execute(
            text(
                "INSERT INTO ledger_bill (number, agency, plate, plate_key, kind, car_type, fee_item, deadline, "
                "amount, pay_amount, notice_number) VALUES (:number, :agency, :plate, :key, 'car', 'C', 'parking', "
                ":deadline, :amount, :amount, :notice)"
            ),
            {
                "number": number,
                "agency": AGENCY,
                "plate": plate,
                "key": plate.replace("-", ""),
                "deadline": deadline,
                "amount": amount,
                "notice": notice,
            },
        )


def settle(units: UnitOfWorkFactory, number: str) -> None:
    """The bill is paid."""
    with units() as uow:
        uow.connection.execute(text("UPDATE ledger_bill SET status = 'paid' WHERE number = :n"), {"n": number})
