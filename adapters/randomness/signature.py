"""drand's signatures: BLS12-381, signatures in G1, the pinned key in G2 (scheme bls-unchained-g1-rfc9380)."""

from py_arkworks_bls12381 import GT, G1Point, G2Point

from domain.draw import beacon
from domain.draw.beacon import BeaconValue

_GENERATOR = G2Point()
_KEY = G2Point.from_compressed_bytes(beacon.PUBLIC_KEY)


def is_true(value: BeaconValue) -> bool:
    """Whether e(H(message), key) = e(signature, g2), the signature being a point of the right group. About 3 ms."""
    try:
        signature = G1Point.from_compressed_bytes(value.signature)
    except ValueError:
        return False
    if signature == G1Point.identity():
        return False
    hashed = G1Point.hash_to_curve(beacon.message(value.number), beacon.DST)
    return GT.pairing_check([hashed, -signature], [_KEY, _GENERATOR])
