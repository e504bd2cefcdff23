"""The page a picture stands on by itself: nothing is fetched, and without scripts the drawn picture remains."""

from string import Template

PAGE = Template("""<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>$title</title>
<style>
body { margin: 1rem auto; max-width: 62rem; padding: 0 1rem; color: #1f2430; background: #fff;
  font: 1rem/1.5 "Noto Sans", "Segoe UI", Roboto, "DejaVu Sans", "Helvetica Neue", Arial, sans-serif; }
figure { margin: 0; }
.wide { overflow-x: auto; }
svg { height: auto; }
summary { min-height: 44px; line-height: 44px; cursor: pointer; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #dfe2e7; padding: .3rem .8rem; text-align: left; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
@page { size: A4; margin: 16mm 15mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 10pt; }
  .wide { overflow: visible; }
  svg { max-width: 100%; }
  summary { list-style: none; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  th, td { padding: 1.6pt .6rem; }
}
</style>
</head>
<body>
<figure>
<div class="wide" tabindex="0" role="group" aria-label="$title"><div id="picture">$svg</div></div>
<figcaption>$alt</figcaption>
</figure>
<details>
<summary>$words</summary>
<table>$table</table>
</details>
<script>$bundle</script>
<script>
const given = $given;
window.hailongDraw("#picture", given.spec, {
  ast: true, actions: false, renderer: "svg", formatLocale: given.numbers, timeFormatLocale: given.dates,
});
</script>
</body>
</html>
""")
