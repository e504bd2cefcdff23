"""Tablets at counters: enrolled by a code, told what to show, heard, watched over; nothing they send is lost."""
