"""What is printed: stands and stickers with a QR code, sheets of paper."""
