"""The addresses of this feature, joined."""

from fastapi import APIRouter

from api.staff import (
    account_routes,
    audit_routes,
    invitation_routes,
    profile_routes,
    second_factor_routes,
    sign_in_routes,
)
from api.staff.oidc import routes as oidc_routes

router = APIRouter()
for part in (
    sign_in_routes,
    invitation_routes,
    second_factor_routes,
    profile_routes,
    account_routes,
    audit_routes,
    oidc_routes,
):
    router.include_router(part.router)
