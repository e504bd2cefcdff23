"""``GET /api/v1/forms`` and ``/api/v1/forms/{form}/{version}``: the questionnaires, as JSON."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from api.receiving.reading import find_form
from survey_forms.form import Form
from survey_forms.loader import Catalogue

router = APIRouter(prefix="/api/v1/forms", tags=["forms"])


@router.get("")
def list_forms(request: Request) -> list[dict[str, Any]]:
    """Every version of every form, with when it holds and where to read it."""
    forms: Catalogue = request.app.state.forms
    return [_shown_in_list(form) for form in forms.forms]


@router.get("/{form}/{version}")
def get_form(form: str, version: str, request: Request) -> JSONResponse:
    """One version of one form, whole."""
    found = find_form(request.app.state.forms, form, version)
    return JSONResponse(jsonable_encoder(asdict(found)), headers={"ETag": f'"{found.sha256}"'})


def _shown_in_list(form: Form) -> dict[str, Any]:
    basis = form.legal_basis
    return {
        "form": form.id,
        "version": form.version,
        "title": dict(form.title),
        "audience": form.audience,
        "is_representative": form.is_representative,
        "document": basis.document,
        "valid_from": basis.valid_from.isoformat(),
        "valid_to": basis.valid_to and basis.valid_to.isoformat(),
        "sha256": form.sha256,
        "address": f"/api/v1/forms/{form.id}/{form.version}",
    }
