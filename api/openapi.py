"""What ``/api/v1/openapi.json`` says beside the routes: the shape of problems, who needs a key, summaries."""

from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from api.errors import PROBLEM_JSON

ABOUT = (
    "Lời lỗi luôn có dạng application/problem+json, tiếng Việt trước (title), tiếng Anh sau (title_en); "
    "`code` không đổi, `problems` kể mọi chỗ sai cùng lúc. / "
    "Errors are application/problem+json, Vietnamese first "
    "(title), then English (title_en); `code` is stable, `problems` lists all that is wrong at once."
)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "title_en", "status", "code"],
    "properties": {
        "type": {"type": "string", "description": "urn:hailong:problem: and the code"},
        "title": {"type": "string"},
        "title_en": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; meant for programs."},
        "problems": {"type": "array", "items": {"type": "object"}},
        "retry_after_seconds": {"type": "integer", "description": "With 429 and 503, as in Retry-After."},
        "known": {"type": "array", "items": {"type": "string"}, "description": "What could have been asked for."},
    },
    "example": {
        "type": "urn:hailong:problem:malformed_response",
        "title": "Phiếu chưa hợp lệ; xem từng mục trong problems",
        "title_en": "The response is not valid; see each entry of problems",
        "status": 422,
        "code": "malformed_response",
        "problems": [
            {
                "question": "overall",
                "code": "out_of_range",
                "vi": "Giá trị 9 ngoài khoảng 1–5",
                "en": "The value 9 is outside 1–5",
            }
        ],
    },
}
REASONS = {
    "401": "Thiếu khóa hoặc khóa không đúng / No key, or not one that counts",
    "403": "Khóa không có quyền này / The key may not do this",
    "404": "Không có / Not there; `known` lists what is",
    "409": "Mã này đã lưu với nội dung khác / This id is stored with other content",
    "413": "Quá lớn / Too large",
    "415": "Kiểu nội dung không nhận / A content type or encoding that is not read",
    "422": "Không hợp lệ, mọi lỗi cùng lúc / Not valid; all problems together",
    "429": "Quá nhanh, xem Retry-After / Too many, see Retry-After",
    "503": "Cơ sở dữ liệu tạm ngừng, chưa lưu gì / The database is away, nothing was stored; send again",
    "default": "Lỗi khác / Any other problem",
}


def describe_with_problems(app: FastAPI) -> None:
    """Let ``app`` describe itself so; made once, when first asked for."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's own way of extending it


def _describe(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
    parts = schema.setdefault("components", {})
    parts["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "hailong api-key create"}
    }
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, context.path or ""
        for method in context.methods or ():
            operation = schema["paths"].get(path, {}).get(method.lower())
            if operation is not None and isinstance(route, APIRoute):
                _complete(operation, path, method, route.dependant)
    return schema


def _complete(operation: dict[str, Any], path: str, method: str, dependant: Dependant) -> None:
    operation["summary"] = operation.get("description", "").split("\n\n")[0].partition(". ")[0].rstrip(".")
    scope = _scope_of(dependant)
    if scope is not None:
        operation["security"] = [{"key": []}]
        operation["description"] += f"\n\nCần khóa có quyền / Needs a key with the scope: `{scope}`."
    for status in _list_statuses(path, method, is_guarded=scope is not None):
        content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        operation["responses"][status] = {"description": REASONS[status], "content": content}


def _list_statuses(path: str, method: str, *, is_guarded: bool) -> list[str]:
    statuses = ["401", "403"] if is_guarded else []
    if path.startswith("/api/v1/responses"):
        statuses += ["404", "409", "415", "429"]
    if "{" in path:
        statuses.append("404")
    if method == "POST":
        statuses.append("413")
    return [*statuses, "422", "503", "default"] if path != "/health" else ["503"]


def _scope_of(dependant: Dependant) -> str | None:
    own = getattr(dependant.call, "required_scope", None)
    inner = (_scope_of(found) for found in dependant.dependencies)
    return own or next((scope for scope in inner if scope), None)
