"""What is wrong with a tablet, in sentences, each with since when: thresholds are here and nowhere else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from api.kiosks.fleet_queries import Gap, KnownDevice
from api.kiosks.hours import open_seconds_between
from api.kiosks.instants import read_instant
from api.kiosks.telling import tell_trouble, write_span

SILENT_SECONDS = 30 * 60  # of opening hours: six heartbeats
WITHOUT_ANSWERS_SECONDS = 8 * 3600  # of opening hours: a working day
OUTSIDE = timedelta(minutes=15)
CLOCK_SECONDS = 120
QUEUE_LONG = 50
QUEUE_OLD = timedelta(days=1)
BATTERY_LOW = 0.2
STORAGE_FULL = 0.9
PRESSES_MIN = 200  # by chance a level that one person in fifty chooses is not pressed 2 times in 100
GAPS_TOLD = 5
TROUBLES_TOLD = timedelta(days=1)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. ``is_urgent``: responses are being lost, or may be."""

    code: str
    since: datetime | None
    vi: str
    en: str
    is_urgent: bool = False


@dataclass(frozen=True)
class Yardstick:
    """What a tablet is held against. ``levels``: question → its levels, of the form a tablet shows."""

    now: datetime
    zone: ZoneInfo
    app_version: str
    levels: Callable[[KnownDevice], Mapping[str, int]]


def judge_device(known: KnownDevice, by: Yardstick) -> list[Finding]:
    """Everything that is wrong with it, urgent things first; a revoked tablet is only told what it still owes."""
    judges = [_judge_numbers, _judge_refused]
    if known.device.revoked_at is None:
        judges += [_judge_silence, _judge_queue, _judge_answers, _judge_hours, _judge_presses]
        judges += [_judge_storage, _judge_clock, _judge_battery, _judge_versions, _judge_screen, _judge_troubles]
    found = [finding for judge in judges for finding in judge(known, by)]
    return sorted(found, key=lambda finding: not finding.is_urgent)


def write_gaps(gaps: tuple[Gap, ...]) -> str:
    """``118–121, 130``; of many the first few and an ellipsis."""
    told = [f"{gap.first}–{gap.last}" if gap.last > gap.first else str(gap.first) for gap in gaps[:GAPS_TOLD]]
    return ", ".join(told + ["…"] * (len(gaps) > GAPS_TOLD))


def find_gaps(known: KnownDevice, now: datetime) -> tuple[Gap, ...]:
    """The numbers that are missing, those after the last that came among them: its queue is empty, so they are not
    waiting there."""
    last = int(known.told.get("last_sequence", 0))
    state = known.state
    is_empty = known.told.get("queue_length") == 0
    if state and is_empty and last > known.last_sequence and state.received_at <= now:
        came = max(known.last_sequence, known.device.first_sequence - 1)
        return (*known.gaps, Gap(came + 1, last, state.received_at)) if last > came else known.gaps
    return known.gaps


def _judge_numbers(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    gaps, number = find_gaps(known, by.now), known.device.number
    if gaps:
        many = sum(gap.last - gap.first + 1 for gap in gaps)
        yield Finding(
            "gap",
            gaps[0].since,
            f"máy {number} thiếu số {write_gaps(gaps)} ({many} phiếu chưa tới)",
            f"device {number} lacks numbers {write_gaps(gaps)} ({many} responses never came)",
            True,
        )
    if known.numbers_twice:
        yield Finding(
            "numbers_twice",
            None,
            f"{known.numbers_twice} số bị dùng hai lần: bộ nhớ của máy có thể đã bị xóa",
            f"{known.numbers_twice} numbers were used twice: its storage may have been cleared",
            True,
        )


def _judge_refused(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    if known.refused:
        yield Finding(
            "refused",
            known.refused_since,
            f"{known.refused} phiếu nằm ở khu cách ly, chưa được tính; mở trang của máy để xem lý do",
            f"{known.refused} responses are in quarantine, not counted; the page of the tablet says why",
            True,
        )


def _judge_silence(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    heard = known.state.received_at if known.state else known.device.enrolled_at
    if open_seconds_between(known.settings.opening_hours, heard, by.now, by.zone) > SILENT_SECONDS:
        what = ("im lặng", "is silent") if known.state else ("chưa bao giờ báo", "was never heard")
        yield Finding(
            "silent", heard, f"máy {what[0]}: tắt, mất mạng hoặc hỏng", f"{what[1]}: off, offline or broken"
        )


def _judge_queue(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    many, oldest = known.told.get("queue_length", 0), read_instant(known.told.get("oldest_queued_at"))
    offset = timedelta(seconds=known.state.clock_offset_seconds if known.state else 0)
    is_old = bool(many and oldest and oldest + offset < by.now - QUEUE_OLD)
    if many >= QUEUE_LONG or is_old:
        yield Finding(
            "queue",
            oldest and oldest + offset,
            f"{many} phiếu chờ gửi trên máy",
            f"{many} responses wait on the device",
        )


def _judge_answers(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    last = known.last_response_at or known.device.enrolled_at
    open_seconds = open_seconds_between(known.settings.opening_hours, last, by.now, by.zone)
    if not known.told.get("queue_length") and open_seconds > WITHOUT_ANSWERS_SECONDS:
        place = known.device.counter
        yield Finding(
            "no_answers",
            last,
            f"quầy {place} không có phiếu nào" if place else "máy không có phiếu nào",
            f"counter {place} has no answers" if place else "the device has no answers",
        )


def _judge_hours(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    awake = [span for span in known.outside if span.ended_at - span.started_at >= OUTSIDE]
    if awake:
        yield Finding(
            "awake_outside",
            awake[-1].started_at,
            f"máy thức ngoài giờ làm việc ({len(awake)} lần trong 7 ngày)",
            f"awake outside opening hours ({len(awake)} times in 7 days)",
        )


def _judge_presses(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    presses: Mapping[str, int] = known.told.get("presses", {})
    for question, levels in by.levels(known).items():
        counts = {level: presses.get(f"{question}:{level}", 0) for level in range(1, levels + 1)}
        never = [str(level) for level, many in counts.items() if not many]
        if never and sum(counts.values()) >= PRESSES_MIN:
            many = sum(counts.values())
            yield Finding(
                "never_pressed",
                known.device.enrolled_at,
                f"mức {', '.join(never)} chưa từng được bấm trong {many} lần: màn hình có bị che hay liệt không?",
                f"level {', '.join(never)} was never pressed in {many}: is the screen covered or dead there?",
            )


def _judge_storage(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    storage = known.told.get("storage") or {}
    since = known.state.received_at if known.state else None
    if storage.get("persisted") is False:
        yield Finding(
            "storage_not_persistent",
            since,
            "trình duyệt có thể xóa phiếu chờ gửi khi thiếu chỗ: cài trang lên màn hình chính",
            "the browser may clear the queue when space is short: install the page on the home screen",
            True,
        )
    usage, quota = storage.get("usage") or 0, storage.get("quota") or 0
    if quota and usage / quota > STORAGE_FULL:
        yield Finding("storage_full", since, "bộ nhớ gần đầy", "storage is nearly full", True)


def _judge_clock(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    offset = known.state.clock_offset_seconds if known.state else 0
    if abs(offset) > CLOCK_SECONDS:
        vi, en = ("chậm", "behind") if offset > 0 else ("nhanh", "ahead")
        yield Finding(
            "clock_off",
            known.state.received_at if known.state else None,
            f"đồng hồ của máy {vi} {write_span(abs(offset))[0]}",
            f"its clock is {write_span(abs(offset))[1]} {en}",
        )


def _judge_battery(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    battery = known.told.get("battery") or {}
    if battery and not battery["charging"] and battery["level"] < BATTERY_LOW:
        share = round(100 * battery["level"])
        since = known.state.received_at if known.state else None
        yield Finding(
            "battery_low", since, f"pin còn {share} %, không cắm sạc", f"battery at {share} %, not charging"
        )


def _judge_versions(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    since = known.state.received_at if known.state else None
    if known.told.get("app_version") not in (None, by.app_version):
        yield Finding("app_old", since, "trang trên máy là phiên bản cũ", "the page on it is an old version")
    version = str(known.told.get("config_version") or "").partition(".")[0]
    if version and version != str(known.device.config_version):
        yield Finding("config_old", since, "máy chưa nhận cấu hình mới", "it has not taken its new configuration")


def _judge_troubles(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    """What went wrong on it within a day; what is longer ago stands in its history."""
    lately = [one for one in known.troubles if one.received_at >= by.now - TROUBLES_TOLD]
    wrong = [one for one in lately if tell_trouble(one.code, one.detail).is_wrong]
    if wrong:
        told, many = tell_trouble(wrong[-1].code, wrong[-1].detail), len(wrong)
        yield Finding(
            "errors",
            wrong[-1].happened_at or wrong[-1].received_at,
            f"lần trục trặc gần nhất: {told.vi}" + (f" (trong một ngày có {many} trục trặc)" if many > 1 else ""),
            f"last trouble: {told.en}" + (f" ({many} troubles within a day)" if many > 1 else ""),
        )


def _judge_screen(known: KnownDevice, by: Yardstick) -> Iterator[Finding]:
    since = known.state.received_at if known.state else None
    if known.told.get("is_visible") is False:
        yield Finding("not_visible", since, "trang không hiện trên màn hình", "the page is not on the screen")
