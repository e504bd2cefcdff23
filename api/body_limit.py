"""No request body is read beyond its limit, whether it declares its length or not."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.error_replies import error_reply
from api.errors import TooLarge


class BodyLimit:
    """ASGI middleware: 413 at once for a declared length, or at the first byte too many of a chunked body."""

    def __init__(self, app: ASGIApp, *, bytes_max: int, of_path: Mapping[str, int]) -> None:
        self._app, self._bytes_max, self._of_path = app, bytes_max, of_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        bytes_max = self._of_path.get(scope["path"], self._bytes_max)
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and int(declared) > bytes_max:
            await error_reply(scope, _too_large(bytes_max))(scope, receive, send)
            return
        read, is_over, is_replying = 0, False, False

        async def receive_counted() -> Message:
            nonlocal read, is_over
            message = await receive()
            read += len(message.get("body", b""))
            if read > bytes_max:
                is_over = True
                raise _too_large(bytes_max)
            return message

        async def send_unless_over(message: Message) -> None:
            nonlocal is_replying
            if is_over and not is_replying:
                return  # whatever the route made of the broken-off body
            is_replying = True
            await send(message)

        try:
            await self._app(scope, receive_counted, send_unless_over)
        except TooLarge:
            if not is_over:
                raise
        if is_over and not is_replying:
            await error_reply(scope, _too_large(bytes_max))(scope, receive, send)


def _too_large(bytes_max: int) -> TooLarge:
    return TooLarge(
        "body_too_large",
        f"Nội dung gửi lên lớn hơn {bytes_max} byte; xin gửi ít hơn mỗi lần",
        f"The body is larger than {bytes_max} bytes; please send less at a time",
        bytes_max=bytes_max,
    )
