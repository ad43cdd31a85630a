"""``make registrar``: twenty contracts of the sample workbook typed from paper, without the mouse.

Real X keys go into the real window; Chinese goes through fcitx 5 and its pinyin; five times in between the
program is killed. At the end the station's own command line tells what it has, and it is compared with the
workbook field by field. Exit 1 if a character is lost or changed.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from desktop.rules.facts import facts_from_json, facts_to_json
from tests.registrar.ime import AT_ONCE, InputMethod
from tests.registrar.keyboard import Keyboard
from tests.registrar.paper import Papers, losses, lost_characters
from tests.registrar.program import Program, screen
from tests.registrar.registrar import Entered, Registrar, plugs, signs_without_key

SCREENS: Final = Path(__file__).parent / "screens"
SEED: Final = 20261120


def main(arguments: Sequence[str]) -> int:
    """Run the day; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.registrar", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="moments of the kills and ways of typing")
    parser.add_argument("--pause", type=float, default=12.0, help="milliseconds between two keys")
    parser.add_argument("--only", type=int, nargs="*", help="序号 of the rows to enter")
    parser.add_argument("--screens", type=Path, default=SCREENS, help="folder for five pictures")
    parser.add_argument("--keep", action="store_true", help="leave the folder of the run")
    parser.add_argument(
        "--stop", action="store_true", help="stop at the first loss, with a picture of the screen"
    )
    asked = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="registrar-"))
    say(f"seed {asked.seed}, {asked.pause:g} ms between keys, in {folder}")
    try:
        return run(folder, asked)
    finally:
        if not asked.keep and not (folder / "stuck.png").exists():
            shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, asked: argparse.Namespace) -> int:
    """Screen, input method, program, registrar; then the comparison."""
    papers = Papers(asked.seed)
    chosen = [paper for paper in papers.all if not asked.only or paper.number in asked.only]
    pulled = plugs(asked.seed, papers)
    began = time.monotonic()
    with screen(folder) as environment:
        program = Program(folder, environment)
        keys = Keyboard(environment["DISPLAY"], asked.pause / 1000)
        ime = InputMethod(environment, keys)
        special = signs_without_key(papers)
        assert not keys.add_keys(special)
        told: list[Entered] = []
        registrar = Registrar(program, keys, ime, papers, special)
        registrar.stops_at_losses = asked.stop
        keys.answered = lambda: program.is_at_rest() and ime.is_at_rest()
        shots = Shots(program, asked.screens)
        registrar.picture = shots.take
        ime.composing = lambda word: shots.take("2-composing") if len(word) == AT_ONCE else None
        try:
            program.start()
            shots.take("1-sign-in")
            registrar.sign_in()
            for at, paper in enumerate(chosen):
                one = registrar.enter(paper, plug=pulled.get(paper.number), ahead=at % 3 == 2)
                told.append(one)
                say(line(one))
        except BaseException:
            program.picture(folder / "stuck.png")
            raise
        finally:
            program.kill()
            ime.close()
        compare(program, papers, told)
    return report(told, registrar, ime, time.monotonic() - began)


class Shots:
    """Pictures for people to look at; the first of each name is kept."""

    def __init__(self, program: Program, folder: Path) -> None:
        self._program, self._folder = program, folder
        self._taken: set[str] = set()

    def take(self, name: str) -> None:
        """One picture of the whole screen."""
        if name not in self._taken:
            self._taken.add(name)
            time.sleep(0.3)
            self._program.picture(self._folder / f"{name}.png")


def compare(program: Program, papers: Papers, told: Sequence[Entered]) -> None:
    """Ask the station for every contract, in the order of entering, and hold it against the workbook."""
    by_number = {paper.number: paper for paper in papers.all}
    rows = sorted(program.command("list", "--limit", "100")["rows"], key=lambda row: row["id"])
    if len(rows) != len(told):
        told[0].lost.append(f"contracts: {len(told)} → {len(rows)}")
    for one, row in zip(told, rows, strict=False):
        facts = facts_from_json(program.command("show", row["local_serial"])["facts"])
        one.lost += losses(by_number[one.number], facts_to_json(facts))


def line(one: Entered) -> str:
    """A row of the table."""
    return (
        f"{one.number:>4} {one.fields:>7} {one.passed:>7} {one.again:>6} {one.strokes:>8} "
        f"{one.seconds:>8.1f} {len(one.kills):>6}  {'ahead' if one.typed_ahead else '':<6}{one.title}"
    )


def report(told: Sequence[Entered], registrar: Registrar, ime: InputMethod, seconds: float) -> int:
    """The table, the totals, what was lost."""
    say("\nrow    fields  passed  again  strokes  seconds  kills  way   title")
    for one in told:
        say(line(one))
    strokes, spent = [one.strokes for one in told], [one.seconds for one in told]
    say(f"\ncontracts {len(told)}, fields {sum(o.fields for o in told)}, strokes {sum(strokes)}")
    say(f"strokes a contract: median {statistics.median(strokes):.0f}, {min(strokes)} to {max(strokes)}")
    say(f"seconds a contract: median {statistics.median(spent):.1f}, {min(spent):.1f} to {max(spent):.1f}")
    total = sum(registrar.costs.values())
    for purpose, count in registrar.costs.most_common():
        say(f"  {purpose:<26}{count:>7}  {100 * count / total:4.1f} %")
    say("fields by way of typing: " + ", ".join(f"{how} {n}" for how, n in registrar.hows.most_common()))
    say(
        f"composed by pinyin: {ime.composed} characters, pages turned {ime.pages}, "
        f"switched {ime.toggles} times"
    )
    if registrar.waits:
        waits = sorted(registrar.waits)
        worst = waits[int(len(waits) * 0.99)]
        say(f"left until on disk: median {1000 * statistics.median(waits):.0f} ms, p99 {1000 * worst:.0f} ms")
    for one in told:
        for words in one.kills:
            say(f"killed in {one.number}: {words}")
    lost = [(one.number, words) for one in told for words in one.lost]
    for number, words in lost:
        say(f"LOST in {number}: {words}")
    count = lost_characters([words for _number, words in lost])
    say(f"lost or changed: {len(lost)} fields, {count} characters; {seconds:.0f} s")
    return 1 if lost else 0


def say(words: str) -> None:
    """One line on the terminal."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
