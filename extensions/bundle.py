"""A folder of modules -> one program.

    bundle(folder) -> text

- `main.py` is the program; the modules that it needs, and those that they need, stand above it, each once and below
  what it needs itself, so that the order is that of the imports
- they import one another by `from .module import name` alone, at the top; those lines go
- `from launch.module import name` in another folder than launch is `from launch import name` in its program, which
  `launch --with` runs
- the other imports are collected, sorted, and put once at the top, those below `if TYPE_CHECKING` below one
- the docstring of `main` is the program's; those of the others follow as its sections, from the top of the program
  down, and a comment with the module's name stands where its code begins
- no two modules define the same name, and no module is left out
- the same bytes for the same folder; `ruff format` has nothing to change in them if it had nothing in the modules
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from .errors import BlocksError

MAIN, PACKAGE = "main", "__init__"
GUARD = "TYPE_CHECKING"
LAUNCH = "launch"


@dataclass(frozen=True)
class Module:
    """One file: `lines` as they are, `tree` with their numbers."""

    path: Path
    lines: list[str]
    tree: ast.Module

    @property
    def title(self) -> str:
        return f"{self.path.stem.capitalize()}."

    @property
    def docstring(self) -> str:
        return (ast.get_docstring(self.tree) or "").replace("\\", "\\\\")

    def error(self, node: ast.stmt, text: str) -> BlocksError:
        return BlocksError(f"{self.path.parent.name}/{self.path.name}:{node.lineno}: {text}")


# What was joined already, by the sources: an update renders from several copies of one folder.
JOINED: dict[tuple[object, ...], str] = {}


def bundle(folder: Path) -> str:
    """Raises `BlocksError` where the modules cannot be joined, with file and line."""
    key = (folder.name, *((path.name, path.read_bytes()) for path in sorted(folder.glob("*.py"))))
    if key not in JOINED:
        with uncollected():
            JOINED[key] = joined(folder)
    return JOINED[key]


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection: syntax trees are many objects, and looking through them takes longer than parsing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def joined(folder: Path) -> str:
    """The same, made anew."""
    modules = in_order(folder)
    check_names(modules)
    main = modules[-1]
    sections = [f"{module.title}  {module.docstring}" for module in reversed(modules[:-1])]
    described = "\n\n".join((main.docstring, *sections))
    plain = {imported for module in modules for imported in imports(module.tree.body)}
    typed = {imported for module in modules for imported in imports(guarded(module))} - plain
    head = ["#!/usr/bin/env python3", f'"""{described}\n"""', "", "from __future__ import annotations", ""]
    head += import_lines(plain)
    if typed:
        head += ["", f"{GUARD} = False", f"if {GUARD}:", *(f"    {line}" for line in import_lines(typed))]
    bodies = [f"# {module.title}\n\n\n{code(module)}" for module in modules]
    return "\n\n\n".join(("\n".join(head), *bodies)) + "\n"


def in_order(folder: Path) -> list[Module]:
    """The modules, each behind those that it needs, `main` last."""
    found = {path.stem: read(path) for path in sorted(folder.glob("*.py")) if path.stem != PACKAGE}
    order: dict[str, Module] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in order:
            return
        module = found[name]
        for node in siblings(module):
            if node.module not in found:
                raise module.error(node, f"there is no module '{node.module}' to import")
            if node.module in (name, *above):
                raise module.error(node, f"'{node.module}' needs this module itself")
            visit(node.module, (name, *above))
        order[name] = module

    if MAIN not in found:
        raise BlocksError(f"{folder.name}/{MAIN}.py: is missing, and nothing else says where the program begins")
    visit(MAIN, ())
    for name in sorted(found.keys() - order.keys()):
        raise BlocksError(f"{folder.name}/{name}.py:1: nothing imports it; import it or delete it")
    return [*order.values()]


def read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path, text.splitlines(), ast.parse(text))


def siblings(module: Module) -> Iterator[ast.ImportFrom]:
    """The imports of other modules of the folder."""
    for node in (*module.tree.body, *guarded(module)):
        if isinstance(node, ast.ImportFrom) and node.level:
            if node.level > 1 or not node.module or any(alias.asname for alias in node.names):
                raise module.error(node, "a module of the same folder is imported by 'from .module import name'")
            yield node


def guarded(module: Module) -> list[ast.stmt]:
    """What stands below `if TYPE_CHECKING`."""
    return [inner for node in module.tree.body if is_guard(node) for inner in node.body]


def is_guard(node: ast.stmt) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == GUARD


def imports(body: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Module and name of each import from outside; without a name where the module itself is imported."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level and node.module != "__future__":
            module = LAUNCH if node.module.startswith(f"{LAUNCH}.") else node.module
            yield from ((module, alias.name) for alias in node.names)


def import_lines(imported: Collection[tuple[str, str]]) -> list[str]:
    """Sorted as ruff sorts them."""
    plain = sorted(module for module, name in imported if not name)
    parts = sorted({module for module, name in imported if name})
    names = {part: sorted((name for module, name in imported if name and module == part), key=rank) for part in parts}
    return [*(f"import {name}" for name in plain), *(f"from {part} import {', '.join(names[part])}" for part in parts)]


def rank(name: str) -> tuple[int, str]:
    """Constants, then classes, then what is called."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)


def code(module: Module) -> str:
    """The module without its docstring and its imports."""
    dropped = [node for node in module.tree.body if is_head(node)]
    numbers = {number for node in dropped for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    kept = [line for number, line in enumerate(module.lines, start=1) if number not in numbers]
    return "\n".join(kept).strip("\n")


def is_head(node: ast.stmt) -> bool:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, (ast.Import, ast.ImportFrom)) or is_guard(node) or GUARD in bound(node)


def bound(node: ast.stmt) -> set[str]:
    """The names that a statement at the top of a module defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def check_names(modules: Iterable[Module]) -> None:
    """Raises `BlocksError` where a name has two definitions."""
    owners: dict[str, Module] = {}
    for module in modules:
        for node in module.tree.body:
            for name in sorted(bound(node) - {GUARD}):
                if owners.setdefault(name, module) is not module:
                    other = owners[name].path.name
                    raise module.error(node, f"'{name}' is defined in {other}, too; choose another name")
