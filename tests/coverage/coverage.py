#!/usr/bin/env python3
"""slotted: what the tests reach of the headers, and for each line that they do not, why.

coverage.py run FOLDER  after the tests of a build with --coverage in FOLDER: by gcovr, which writes coverage.html and
                        coverage.json there. Fails when fewer than 98 % of the lines are reached.
coverage.py check       each explanation still has its place, and README.md is the page of them
coverage.py page        writes that README.md
"""
# SPDX-License-Identifier: MIT
import json
import pathlib
import subprocess
import sys
import typing

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LEAST = 98  # per cent of lines
FOLDED = "interop/by_name.hpp"  # has a branch a field and instantiation, nearly a third of all that there are


class Unreached(typing.NamedTuple):
    file: str  # below include/slotted
    lines: str  # as they stand there
    why: str


UNREACHED = [
    Unreached("codec/corrupt_block.hpp", "using std::runtime_error::runtime_error;",
              "an inherited constructor has no line that runs; tests throw it"),
    Unreached("store/checked_pool.hpp", "using std::out_of_range::out_of_range;",
              "an inherited constructor has no line that runs; tests throw it"),
    Unreached("memory/budget.hpp", "void on_pressure(std::size_t) noexcept override {}",
              "a watermark is passed over when memory is asked for"),
    Unreached("memory/budget.hpp", "void on_crossing(const memory_budget&) noexcept override {}",
              "a relief is passed over when a mark is crossed"),
    Unreached("memory/container_limit.hpp",
              "      const long pages = ::sysconf(_SC_PHYS_PAGES);\n"
              "      const long size = ::sysconf(_SC_PAGESIZE);\n"
              "      if (pages > 0 && size > 0) {\n"
              "        found = {static_cast<std::size_t>(pages) * static_cast<std::size_t>(size), 0, source::machine,"
              " \"sysconf\"};\n"
              "        return found.limit;",
              "a system without /proc/meminfo: no Linux that the tests run on"),
    Unreached("memory/slot_counters.hpp", "if constexpr (high_bytes == 0) return 0;",
              "a counter of one byte never says that it is time to lengthen it"),
    Unreached("record/packed_record.hpp", "for (std::size_t i = 0; i < sizeof(T); ++i) chunk.bytes[i] = from[i];",
              "what the compiler evaluates, in the tests' static_asserts; no program runs it"),
    Unreached("record/packed_record.hpp",
              "    const auto chunk = std::bit_cast<byte_chunk<sizeof(T)>>(value);\n"
              "    for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = chunk.bytes[i];",
              "what the compiler evaluates, in the tests' static_asserts; no program runs it"),
    Unreached("record/symbol_domain.hpp", "        result = {known->code};\n        break;",
              "another thread interned the text between the look-up without the lock and the one with it: eight threads in"
              " a test meet there in most runs, not in all"),
]


def text_of(file):
    return (ROOT / "include" / "slotted" / file).read_text()


def numbers_of(each):
    """The numbers of the lines that an explanation is for, in every place where they stand."""
    text, numbers, at = text_of(each.file), set(), -1
    while (at := text.find(each.lines, at + 1)) != -1:
        first = text.count("\n", 0, at) + 1
        numbers |= set(range(first, first + each.lines.count("\n") + 1))
    return numbers


def page():
    lines = ["# What the tests reach", "",
             "`cmake --workflow --preset coverage` runs the tests with g++ and counts by gcovr which lines and",
             f"branches of the headers they reach; it fails below {LEAST} % of the lines. 99.7 % are. Each line",
             "that is left is printed with its reason from below, so that one without a reason stands out;",
             "`coverage.py page` writes this.", "",
             "Of the branches 65 % are taken, and 85 % without `interop/by_name.hpp`. They are those of the",
             "instructions at `-O0`, one instantiation after the other: finding a field by its name is a branch for",
             "each field of each record, and a test looks for few of them. Branches of what only throws, and of an",
             "`assert`, are left out.", "",
             "| where | lines | why no test reaches them |", "|---|---|---|"]
    for each in UNREACHED:
        code = " ".join(part.strip() for part in each.lines.split("\n"))
        if len(code) > 60:
            code = code[:60].rstrip() + " ..."
        code = code.replace("|", "\\|")
        lines.append(f"| `{each.file}` | `{code}` | {each.why} |")
    return "\n".join(lines) + "\n"


def check():
    wrong = [f"{each.file} has no such lines: {each.lines}" for each in UNREACHED if not numbers_of(each)]
    if (HERE / "README.md").read_text() != page():
        wrong.append("README.md is not the page: coverage.py page")
    print("\n".join(wrong) or f"{len(UNREACHED)} explanations have their places")
    return 1 if wrong else 0


def branches_reached(files):
    """Per cent, without those that folds over fields make by the hundred."""
    taken = [branch["count"] != 0 for each in files if not each["file"].endswith(FOLDED)
             for line in each["lines"] for branch in line["branches"]]
    return 100 * sum(taken) / len(taken)


def run(folder):
    include = ROOT / "include"
    report = folder / "coverage.json"
    done = subprocess.run(
        ["gcovr", "--root", ROOT, "--filter", f"{include}/", "--exclude-throw-branches",
         "--exclude-unreachable-branches", "--exclude-branches-by-pattern", r".*\bassert\(.*",
         "--txt", "--print-summary", "--html-details", folder / "coverage.html", "--json", report,
         "--fail-under-line", str(LEAST), folder], cwd=folder)
    if not report.exists():
        return done.returncode or 1
    reasons = {}
    for each in UNREACHED:
        for number in numbers_of(each):
            reasons[each.file, number] = each.why
    left = unexplained = 0
    measured_files = sorted(json.loads(report.read_text())["files"], key=lambda each: each["file"])
    for measured in measured_files:
        file = str((ROOT / measured["file"]).relative_to(include / "slotted"))
        text = text_of(file).split("\n")
        for line in measured["lines"]:
            number = line["line_number"]
            if line["count"] != 0 or line.get("gcovr/noncode") or line.get("gcovr/excluded"):
                continue
            left += 1
            unexplained += (file, number) not in reasons
            print(f"{file}:{number}: {text[number - 1].strip()}")
            print(f"    {reasons.get((file, number), 'NOT EXPLAINED')}")
    print(f"{left} lines are left, {unexplained} of them without an explanation")
    print(f"branches but for those of {FOLDED}: {branches_reached(measured_files):.1f} %")
    return done.returncode


def main():
    command = sys.argv[1:2]
    if command == ["check"]:
        sys.exit(check())
    if command == ["page"]:
        (HERE / "README.md").write_text(page())
        sys.exit(0)
    if command == ["run"] and len(sys.argv) == 3:
        sys.exit(run(pathlib.Path(sys.argv[2]).resolve()))
    sys.exit(__doc__)


main()
