"""SMS gateways, one file each."""
