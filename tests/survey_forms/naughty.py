"""Texts that people and their devices do send: one list, for every place that takes text."""

NAUGHTY = {
    "emoji": "Tốt 👍🏽 👨‍👩‍👧‍👦 🇻🇳",
    "right to left": "شكرا جزيلا ‮abc‬ תודה",
    "10,000 letters": "ạ" * 10_000,
    "stacked diacritics": "Z̸̧͔͓̺̼͒̏a̶͚̓l̷̛̳g̶̡̀o",
    "html": "<script>alert('x')</script> & \"quotes\"",
    "formula": '=HYPERLINK("http://example.invalid";"x")',
    "sql": "Robert'); DROP TABLE response;--",
    "template": "{{ 7 * 7 }} ${7*7} %s %n",
    "line ends": "một\nhai\tba",
    "control characters": "a\x01b\x1bc\x7f",
    "zero width": "a\u200bb\ufeffc",
    "old encoding": "TiÕng ViÖt",
    "word null": "null",
    "reserved word": "dont_know",
}
NFC = "Ti\u1ebfng Vi\u1ec7t"
NFD = "Tie\u0302\u0301ng Vie\u0323\u0302t"
