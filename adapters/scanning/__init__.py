"""The codes in a photo, read by zxing-cpp in a process of its own, behind domain.ports.scanning."""
