"""What is asked of a record: one indicator, on one day, under the rules of one standard."""

from datetime import date
from typing import NamedTuple

from policies.engine.standards.record import FirmRecord
from policies.engine.standards.values import Args, EquityRule, IpRule

DECLARED = "企业填报"


class Rules(NamedTuple):
    """What counts under this standard."""

    ip: IpRule | None
    equity: EquityRule | None


class Question(NamedTuple):
    record: FirmRecord
    on: date
    args: Args
    rules: Rules

    @property
    def last(self) -> int:
        """The last finished year."""
        return self.on.year - 1
