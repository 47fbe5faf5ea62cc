"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import candor

SOURCE = Path(candor.__file__).parent
ROOT = SOURCE.parent.parent
PURE = ("analytics", "warehouse", "intake", "text", "questionnaire", "assistant")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base"}


def _modules() -> list[Path]:
    return [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]


def _functions() -> list[tuple[Path, ast.FunctionDef]]:
    return [
        (path, node)
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    ]


def test_no_file_is_longer_than_six_hundred_lines() -> None:
    long = {str(p.relative_to(SOURCE)): n for p in _modules() if (n := len(p.read_text().splitlines())) > 600}
    assert not long


def test_no_function_is_longer_than_eighty_lines() -> None:
    long = {
        f"{path.relative_to(SOURCE)}:{node.name}": length
        for path, node in _functions()
        if (length := (node.end_lineno or 0) - node.lineno + 1) > 80
    }
    assert not long


def test_no_module_is_a_drawer_for_everything() -> None:
    assert not [path for path in _modules() if path.stem in FORBIDDEN_NAMES]


def test_every_room_opens_with_its_contract() -> None:
    rooms = [p.parent for p in SOURCE.glob("*/__init__.py")] + [
        p.parent for p in SOURCE.glob("apps/*/__init__.py")
    ]
    missing = [
        str(r.relative_to(SOURCE))
        for r in rooms
        if not ast.get_docstring(ast.parse((r / "__init__.py").read_text()))
    ]
    assert not missing


def test_the_libraries_never_read_the_clock() -> None:
    clocks = re.compile(r"\b(datetime|date)\.(now|today|utcnow)\(|\btime\.time\(")
    reading = [p for room in PURE for p in (SOURCE / room).rglob("*.py") if clocks.search(p.read_text())]
    assert not reading


def test_importing_analytics_is_quick_and_brings_no_heavy_package() -> None:
    code = (
        "import sys; import candor.analytics;"
        "print([m for m in ('django', 'pandas', 'sklearn', 'statsmodels', 'simpy') if m in sys.modules])"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


def test_writes_name_their_fields() -> None:
    """`save()` without update_fields overwrites what others changed meanwhile."""
    bare = []
    for path in SOURCE.glob("apps/*/services*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_save = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "save"
            )
            if is_save and not any(keyword.arg == "update_fields" for keyword in node.keywords):
                bare.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    assert not bare


def test_services_take_keywords_only() -> None:
    loose = []
    for path in SOURCE.glob("apps/*/services.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args:
                positional = [a.arg for a in node.args.args]
                if len(positional) > 1:
                    loose.append(f"{path.relative_to(SOURCE)}:{node.name}")
    assert not loose


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "settings.md").read_text()
    used = set()
    for path in _modules():
        used |= {n.removesuffix("_FILE") for n in re.findall(r"\"(CANDOR_[A-Z_]+)\"", path.read_text())}
    assert not {name for name in used if f"`{name.removesuffix('_FILE')}`" not in text}


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "commands.md").read_text()
    commands = {p.stem for p in (SOURCE / "cli").glob("*.py")} - {"__init__", "__main__", "main", "workspace"}
    named = {name.removesuffix("_") for name in commands}
    assert not {name for name in named if f"candor {name}" not in text}


def test_every_error_code_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "errors.md").read_text()
    codes = set()
    for path in _modules():
        if path.name == "errors.py":
            codes |= set(
                re.findall(r"^\s+code(?:: ClassVar\[str\])? = \"([a-z_-]+)\"", path.read_text(), re.MULTILINE)
            )
    assert codes
    assert not {code for code in codes if f"`{code}`" not in text}


def test_decisions_are_numbered_and_titled_by_the_decision() -> None:
    names = sorted(p.name for p in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]


def test_scores_is_the_only_door_to_a_number() -> None:
    named = r"\b(?:net_promoter_score|nps_of|top_box_share|top_box_of|mean_score|mean_of|event_rate|compare_[a-z_]+)\b"
    # Below Measure: journeys' shares are of cases in the event log, asking's of requests that were answered.
    below = {"scores", "journeys", "asking"}
    files = (SOURCE / "apps").rglob("*.py")
    apps = [path for path in files if not below & set(path.relative_to(SOURCE).parts)]
    assert apps
    assert [str(path) for path in apps if re.search(named, path.read_text())] == []


def test_the_word_of_a_choice_that_a_page_asks_for_belongs_to_a_field() -> None:
    from django.apps import apps

    fields = {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    asked = {
        (page.name, name)
        for page in SOURCE.rglob("*.html")
        for name in re.findall(r"\.get_(\w+)_display", page.read_text())
    }
    assert asked
    assert not {(page, name) for page, name in asked if name not in fields}
