"""Scenarios: how one is declared, and how one runs in its own process.

    @scenario(agent="newest", disk=True, timeout=300)
    def fresh_machine(w):
        ...

Options the world understands: family (a row of families.py) or root, agent ("debian", "newest"), fast_track,
disk; others are kept in w.options. timeout is in seconds.

    @for_families("debian12", "el9")    makes fresh_machine_debian12 and fresh_machine_el9; options as above

direct=True: without a guest agent (direct.py), but with --sweep.
waits=True: mostly waits for a deadline of a minute, so it runs beside the others (run: BESIDE).
static=True: only with a build whose program is static.
sweep=True, and the families of for_families' sweep=(...): only with --sweep, or when -k names something.
"""

import importlib.util
import signal
import sys
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable

import families
from world import World

FOLDER = Path(__file__).with_name("scenarios")
TIMEOUT = 180

_scenarios = {}
_after_every = []
_world_class = [World]


class TimedOut(Exception):
    """The scenario took too long."""


@dataclass(frozen=True)
class Scenario:
    name: str
    function: Callable
    options: dict
    timeout: int


def scenario(timeout=TIMEOUT, **options):
    """Register a function(world) as a scenario named MODULE.FUNCTION."""
    if "family" in options:
        options.setdefault("root", families.of(options).root)

    def register(function):
        name = f"{function.__module__}.{function.__name__}"
        _scenarios[name] = Scenario(name, function, options, timeout)
        return function
    return register


def for_families(*names, sweep=(), **options):
    """Register a function(world) as a scenario of each family, named MODULE.FUNCTION_FAMILY."""
    def register(function):
        for name in (*names, *sweep):
            def variant(world):
                function(world)
            variant.__module__, variant.__name__ = function.__module__, f"{function.__name__}_{name}"
            scenario(family=name, sweep=name in sweep, **options)(variant)
        return function
    return register


def after_every(function):
    """Register a function(world) that runs after every scenario, with its machine still there."""
    _after_every.append(function)
    return function


def use_world(cls):
    """Register the subclass of World that scenarios get."""
    _world_class[0] = cls
    return cls


def load(only="*"):
    """Import every module in scenarios/, or only this one; {name: Scenario}."""
    for path in sorted(FOLDER.glob(f"{only}.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(f"scenarios.{path.stem}", module)
        spec.loader.exec_module(module)
    return _scenarios


def moved(chosen, family):
    """A scenario that says no machine of its own, nor an agent that not every tree has, on one of this family; None: as it is."""
    if not family or chosen.options.keys() & {"family", "root", "agent"}:
        return chosen
    return replace(chosen, options={**chosen.options, "family": family, "root": families.FAMILIES[family].root})


def run(name, folder, build, keep, family=None, real=False):
    """Run one scenario and the hooks to their end; True if all is well. Prints why if not. real: with a guest agent always."""
    chosen = moved(load(name.partition(".")[0])[name], family)
    world = _world_class[0]({**chosen.options, "direct": chosen.options.get("direct") and not real}, folder, build)
    signal.signal(signal.SIGALRM, _time_out)
    signal.alarm(chosen.timeout)
    failed = False
    try:
        for step in (chosen.function, *_after_every):
            try:
                step(world)
            except Exception:
                failed = True
                print(f"--- {step.__name__}\n{traceback.format_exc()}")
        signal.alarm(60)
        if failed:
            print(world.evidence())
    except Exception:
        failed = True
        print(traceback.format_exc())
    finally:
        signal.alarm(0)
        sys.stdout.flush()
        world.close(keep=failed and keep)
    return not failed


def _time_out(*_):
    raise TimedOut("the scenario took too long")
