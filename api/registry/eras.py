"""The two eras of the administrative map, and the days between which their units count."""

from datetime import date

# Two levels since this day: resolutions 202/2025/QH15 and 203/2025/QH15.
NEW_ERA_FROM = date(2025, 7, 1)
OLD_ERA_TO = date(2025, 6, 30)
# Convention: neither source says since when an old unit was valid. The code system itself starts with decision
# 124/2004/QĐ-TTg of this day; a unit founded later is thus held valid too early, never too late.
OLD_ERA_FROM = date(2004, 7, 8)
