"""QR codes of units and counters: their short addresses, their sheets to print."""
