"""What passes between the service and the process that opens photos."""

import struct
from dataclasses import dataclass

LENGTH = struct.Struct(">I")  # before every photo, and every answer
MOST_CODES = 40  # of one photo
MOST_LETTERS = 4_296  # of one code: the most a QR code holds


@dataclass(frozen=True, slots=True)
class Limits:
    """For one photo, in seconds."""

    work: float = 2.0  # of the processor's time: as long by the clock, where it is given a core
    wait: float = 7.0  # by the clock, where a busy machine gives it less
    queue: float = 2.0  # until the photos before it are read
