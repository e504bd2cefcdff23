"""The pages of paper sheets, joined: fixed paths before those with a number in them."""

from fastapi import APIRouter

from api.paper import batch_routes, error_routes, opening_routes, print_routes, sheet_routes

router = APIRouter()
router.include_router(print_routes.router)
router.include_router(opening_routes.router)
router.include_router(error_routes.router)
router.include_router(batch_routes.router)
router.include_router(sheet_routes.router)
