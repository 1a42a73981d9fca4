"""Do environment.yml, pyproject.toml and requirements.lock name the same packages, and no download address?"""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def requirements(lines):
    return {str(Requirement(line)) for line in lines}


def test_environment_yml_lists_what_the_project_needs():
    dependencies = yaml.safe_load((REPOSITORY / "environment.yml").read_text("utf-8"))["dependencies"]
    [pip] = [entry["pip"] for entry in dependencies if isinstance(entry, dict)]
    options = [line for line in pip if line.startswith("--")]
    listed = [line for line in pip if not line.startswith("--")]
    assert options == ["--constraint requirements.lock", "--editable .[assistant,grader]"]
    assert requirements(listed) == requirements(PROJECT["dependencies"] + EXTRAS["assistant"] + EXTRAS["grader"])


def test_the_lock_satisfies_every_dependency():
    locked = dict(
        re.fullmatch(r"([\w.-]+)==([\w.+!-]+)", line.split(" ")[0].split(";")[0]).groups()
        for line in (REPOSITORY / "requirements.lock").read_text("utf-8").splitlines()
        if line and not line.startswith(("#", " ", "-"))
    )
    normal = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in locked.items()}
    for line in [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]:
        wanted = Requirement(line)
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if name != PROJECT["name"]:
            assert wanted.specifier.contains(normal[name]), f"{line}: locked at {normal[name]}"


@pytest.mark.parametrize("name", ["requirements.lock", "hub_config/proxy/package-lock.json"])
def test_lock_files_hold_no_address(name):
    text = (REPOSITORY / name).read_text("utf-8")
    addresses = re.findall(r'"?(?:resolved|tarball)"?\s*:|--(?:index|extra-index|find-links)|^\S+ @ \S+://', text, re.M)
    assert addresses == []


def test_learners_packages_import_nothing_that_holds_keys():
    """The rule of the house: course imports nothing from grader or hub_config; nobody imports a service."""
    for room, forbidden in (("course", {"grader", "hub_config"}), ("grader", {"hub_config"})):
        for path in REPOSITORY.glob(f"{room}/**/*.py"):
            assert not imported(path) & forbidden, path


def imported(path):
    """The packages that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found
