"""What passes between the service and the process that opens photos."""

import struct
from dataclasses import dataclass

LENGTH = struct.Struct(">I")  # before every photo, and every answer
MOST_CODES = 40  # of one photo
MOST_LETTERS = 4_296  # of one code: the most a QR code holds


@dataclass(frozen=True, slots=True)
class Limits:
    """For one photo, in seconds."""

    work: float = 2.0  # by the clock, from when the process has the photo
    queue: float = 6.0  # until a process is started, and the photos before it are read
