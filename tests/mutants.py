"""Would the tests notice an error? Small errors are put into a module, one at a time, and its tests are run on each.

    make mutants                                        every module of `[tool.ecoanalysis.mutants]`: hours
    make mutants ARGS="ecoanalysis.judge --sample 100"    a hundred errors, drawn at random, in one of them
    make mutants ARGS="ecoanalysis.judge --sample 100 --seed 7"   another hundred

mutmut makes the errors and runs, for each, those of the module's tests that pass through the changed function. Each
module has a working copy in `build/mutants`, where a second run takes over what has not changed; what survived lies
beside it as `<module>.diff`. See docs/mutants.md.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build/mutants"
COPIED = ["data", "docs", "ecoanalysis", "notebooks", "tests", "training"]
# mutmut collects twice in one process, and pytest escapes Chinese in the names of tests once more each time.
PLAIN = "disable_test_id_escaping_and_forfeit_all_rights_to_community_support"
SETTINGS = """
[tool.mutmut]
source_paths = ["ecoanalysis"]
only_mutate = {files}
also_copy = {copied}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=quick", "-m", "", "-o", "{plain}=1"]
timeout_constant = 5.0
"""


def modules() -> dict[str, list[str]]:
    """Module -> the tests that are there to hold it, from the project file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return project["tool"]["ecoanalysis"]["mutants"]


def files_of(module: str) -> list[str]:
    """The source files of a module or a package, as mutmut names them."""
    path = ROOT / module.replace(".", "/")
    files = sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return [file.relative_to(ROOT).as_posix() for file in files]


def prepare(module: str, tests: list[str]) -> Path:
    """The working copy of a module, brought up to date."""
    folder = BUILD / module
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
            )
    for file in ROOT.glob("*.*"):
        if file.is_file():
            shutil.copy2(file, folder)
    lists = {"files": json.dumps(files_of(module)), "tests": json.dumps(tests), "copied": json.dumps(COPIED)}
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write(SETTINGS.format(plain=PLAIN, **lists))
    return folder


def mutmut(folder: Path, *arguments: str, quiet: bool = False, may_fail: bool = False) -> str:
    """What mutmut printed. When it fails, what was counted until then is no answer: the run ends with its words."""
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    surroundings |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1") | {"PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "mutmut", *arguments]
    pipe = subprocess.PIPE if quiet else None
    done = subprocess.run(command, cwd=folder, env=surroundings, stdout=pipe, stderr=pipe, text=True, check=False)
    if done.returncode and not may_fail:
        print((done.stdout or "") + (done.stderr or ""), file=sys.stderr)
        raise SystemExit(f"mutmut {arguments[0]} ended with {done.returncode} in {folder}; nothing is told of it")
    return done.stdout or ""


def states(folder: Path) -> dict[str, str]:
    """Mutant -> killed, survived, no tests, timeout, not checked …"""
    lines = mutmut(folder, "results", "--all", "True", quiet=True).splitlines()
    return {name.strip(): state.strip() for name, _, state in (line.rpartition(":") for line in lines) if name}


def examine(module: str, tests: list[str], sample: int | None, seed: int) -> Counter:
    """How many errors of a module its tests killed; the diffs of the others are written down."""
    folder = prepare(module, tests)
    if sample:
        # A name that no mutant has: the mutants are made and the tests' ways recorded, and nothing is run yet.
        mutmut(folder, "run", "none", quiet=True, may_fail=True)
        names = sorted(states(folder))
        if not names:
            raise SystemExit(f"mutmut made no errors in {module}; `python -m mutmut run` in {folder} says why")
        asked = random.Random(seed).sample(names, min(sample, len(names)))
        mutmut(folder, "run", *asked)
        known = {name: state for name, state in states(folder).items() if name in set(asked)}  # none of other draws
    else:
        mutmut(folder, "run")
        known = states(folder)
    told = {name: state for name, state in known.items() if state != "not checked"}
    if missing := len(known) - len(told):
        print(f"{module}: {missing} errors fewer than asked for were run; the share is of the others", file=sys.stderr)
    left = sorted(name for name, state in told.items() if state not in ("killed", "timeout"))
    diffs = [f"# {told[name]}\n{mutmut(folder, 'show', name, quiet=True)}" for name in left]
    (BUILD / f"{module}.diff").write_text("\n".join(diffs), encoding="utf-8")
    return Counter(told.values())


def main() -> int:
    known = modules()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", nargs="*", metavar="MODULE", help=", ".join(known))
    parser.add_argument("--sample", type=int, metavar="N", help="so many errors a module, drawn at random")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another number, another draw")
    options = parser.parse_args()
    if unknown := set(options.module) - set(known):
        parser.error(f"no such module: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    rows = {module: examine(module, known[module], options.sample, options.seed) for module in options.module or known}
    print("\n| module | errors | killed | survived | not tested | share killed |\n|---|---|---|---|---|---|")
    for module, counts in rows.items():
        total, killed = sum(counts.values()), counts["killed"] + counts["timeout"]
        share = f"{killed / total:.0%}" if total else "nothing was run"
        print(
            f"| `{module}` | {total} | {killed} | {total - killed - counts['no tests']} | {counts['no tests']} | {share} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
