"""Who may see and do what: each route names its roles, and one without them can't be added."""

ADMIN = "admin"
INSTALLER = "installer"
INSPECTOR = "inspector"
ACCOUNT = "account"
COMPANY = "company"
LEASING = "leasing"

ROLES = (ADMIN, INSTALLER, INSPECTOR, ACCOUNT, COMPANY, LEASING)
EVERYONE = ROLES  # who is logged in

_PUBLIC = "public"
_PROGRAM = "program"


def allowed(*roles: str, passive: bool = False):
    """For a handler: who may ask it. ``passive``: a page asks by itself, nobody is awake."""

    def mark(handler):
        handler.roles = frozenset(roles)
        handler.passive = passive
        return handler

    return mark


def public(handler):
    """For a handler that who is not logged in may ask."""
    return allowed(_PUBLIC)(handler)


def for_programs(handler):
    """For a handler that wants a bearer token in place of a cookie."""
    return allowed(_PROGRAM)(handler)


def is_public(handler) -> bool:
    """Whether nobody need be logged in."""
    return _PUBLIC in handler.roles


def is_for_programs(handler) -> bool:
    """Whether a bearer token is wanted."""
    return _PROGRAM in handler.roles


def may(role: str, handler) -> bool:
    """Whether a person with ``role`` may ask ``handler``."""
    return is_public(handler) or role in handler.roles


def check_all(app) -> None:
    """Raises ValueError for a route that does not say who may ask it."""
    for route in app.router.routes():
        if not hasattr(route.handler, "roles"):
            raise ValueError(f"{route.method} {route.resource.canonical} names no roles")
