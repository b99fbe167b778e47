"""What passes between the service and the process that opens photos."""

import struct

LENGTH = struct.Struct(">I")  # before every photo, and every answer
MOST_CODES = 40  # of one photo
MOST_LETTERS = 4_296  # of one code: the most a QR code holds
