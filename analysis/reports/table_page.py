"""The page a printed table stands on: A4, heads on every sheet, no row torn, nothing fetched."""

from string import Template

FONTS = '"Noto Sans", "Segoe UI", Roboto, "DejaVu Sans", "Helvetica Neue", Arial, sans-serif'


def write_css_text(text: str) -> str:
    """``text`` for a string of a style sheet; what is no letter or digit stands as its number. METHODS 21.10."""
    return "".join(letter if letter.isalnum() else f"\\{ord(letter):x} " for letter in text)


TABLE_PAGE = Template("""<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>
body { margin: 1rem auto; max-width: 60rem; padding: 0 1rem; color: #1f2430; background: #fff;
  font: 1rem/1.45 $fonts; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; padding-bottom: .6rem; }
caption b { display: block; font-size: 1.2rem; }
caption span { color: #4b515c; }
th, td { padding: .35rem .7rem; text-align: left; vertical-align: baseline; border-bottom: 1px solid #dfe2e7; }
thead th { border-bottom: 2px solid #1f2430; vertical-align: bottom; }
tbody th { font-weight: normal; }
.number { text-align: right; white-space: nowrap; }
.mark { display: inline-block; width: .6em; margin-right: -.6em; text-align: left; }
sup { line-height: 0; }
sup a { padding: 0 .15em; color: #0063a6; }
.under { font-size: .85rem; color: #4b515c; }
.under p { margin: .3rem 0; }
@page { size: A4; margin: 16mm 15mm 18mm;
  @bottom-left { content: "$foot"; font: 8pt $fonts; color: #4b515c; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt $fonts; color: #4b515c; } }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 9.5pt; line-height: 1.3; }
  th, td { padding: 1.6pt .6rem; }
  .wide { overflow: visible; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  .under { break-before: avoid; }
  sup a { color: inherit; text-decoration: none; }
}
</style>
</head>
<body>
<div class="wide">
<table>
<caption><b>$title</b><span>$subtitle</span></caption>
<thead><tr>$head</tr></thead>
<tbody>
$body
</tbody>
</table>
</div>
<div class="under">$under</div>
</body>
</html>
""")
