"""Every view's first statement is a call that decides access; the list of public ones is short and written."""

import ast
from pathlib import Path

import candor

SOURCE = Path(candor.__file__).parent
GATES = {"require", "signed_in", "public", "keyed"}
PUBLIC = {
    ("web", "health"),
    ("web", "openapi"),
    ("web", "api_reference"),
    ("web", "bad_request"),
    ("web", "forbidden"),
    ("web", "missing"),
    ("web", "broken"),
    ("reputation", "page"),
    ("reputation", "widget"),
    ("organization", "accept"),
    ("asking", "stop"),
    ("chat", "start"),
    ("chat", "chat"),
    ("chat", "news"),
    ("chat", "script"),
    ("chat", "public_articles"),
    ("chat", "public_article"),
    ("complaints", "complain"),
    ("complaints", "thanks"),
    ("conversations", "tell_us"),
    ("conversations", "told"),
    ("scores", "shared"),
    ("surveys", "invitation"),
    ("surveys", "link"),
    ("surveys", "embed"),
    ("surveys", "trial"),
}
WITHOUT_A_ROLE = {("web", "home")}
"""Views for everybody who is signed in; what they show of feedback, scores or cases they decide themselves."""


def _views() -> list[tuple[str, ast.FunctionDef]]:
    files = [
        *SOURCE.glob("apps/*/views.py"),
        *SOURCE.glob("apps/*/views/*.py"),
        *SOURCE.glob("apps/*/api.py"),
        *SOURCE.glob("apps/*/api_work.py"),
    ]
    files.append(SOURCE / "web" / "views.py")
    found: list[tuple[str, ast.FunctionDef]] = []
    for file in files:
        app = file.parent.parent.name if file.parent.name == "views" else file.parent.name
        functions = (node for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef))
        found += [(app, function) for function in functions if not function.name.startswith("_")]
    return found


def _gate(function: ast.FunctionDef) -> str | None:
    statements = function.body
    if isinstance(statements[0], ast.Expr) and isinstance(statements[0].value, ast.Constant):
        statements = statements[1:]
    if not statements or not isinstance(statements[0], ast.Assign | ast.Expr | ast.AnnAssign):
        return None
    call = statements[0].value
    name = call.func if isinstance(call, ast.Call) else None
    word = name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else None
    return word if word in GATES else None


def test_there_are_views() -> None:
    assert len(_views()) > 15


def test_every_view_decides_access_in_its_first_line() -> None:
    missing = [f"{app}.{view.name}" for app, view in _views() if _gate(view) is None]
    assert not missing


def test_the_public_views_are_the_written_ones() -> None:
    assert {(app, view.name) for app, view in _views() if _gate(view) == "public"} == PUBLIC


def test_the_views_that_ask_for_no_permission_are_the_written_ones() -> None:
    assert {(app, view.name) for app, view in _views() if _gate(view) == "signed_in"} == WITHOUT_A_ROLE
