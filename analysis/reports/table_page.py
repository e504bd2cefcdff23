"""The page a printed table stands on: A4, heads on every sheet, no row torn, nothing fetched."""

from string import Template

TABLE_PAGE = Template("""<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>
body { margin: 1rem auto; max-width: 60rem; padding: 0 1rem; color: #1f2430; background: #fff;
  font: 1rem/1.45 "Noto Sans", "Segoe UI", Roboto, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
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
@page { size: A4; margin: 18mm 15mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 10pt; }
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
