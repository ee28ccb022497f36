#!/usr/bin/env python3
"""slotted: what the library costs to include, counted: cost.py COMMAND [--update]

instantiations  template instantiations of the programs beside this, from clang 19's time trace, against figures.json
lines           lines of every public header after g++ 12's preprocessor, against figures.json
table           whether README.md shows figures.json; --update counts the bytes of code of the programs anew
sweep           instantiations of records, plain structs and tables of 1 to 64 fields: linear, or it fails
report          all of it as Markdown, with bytes of code a program and seconds a header: figures to read, not to judge

A figure that grew by more than 3 % fails; --update writes what is counted now, here and into README.md, which is to be
committed with a reason.
Counts alone are judged, never seconds. Where a compiler is not there, it says so and ends with status 77.
"""
# SPDX-License-Identifier: MIT
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parents[1] / "include"
FIGURES = HERE / "figures.json"
README = HERE.parents[1] / "README.md"
START, END = "<!-- cost -->\n", "<!-- /cost -->\n"  # of the table there
GROWTH = 1.03
WITHOUT_PMR = "slotted/slotted.hpp but for memory/slab_resource.hpp"
# What is promised whatever is committed: lines, "below". <memory_resource> alone has 29,725, of which the umbrella has the
# better part anyway; slab_resource is in the umbrella for convenience.
# record.hpp had 14,800 lines before keys were hashed with a secret seed and rows guarded against slicing.
# The umbrella had 44,340 lines before series/ and histories by labels came, whose own text is 3,500.
LIMITS = {"slotted/record/record.hpp": 15_200, WITHOUT_PMR: 50_000}
SKIPPED = 77


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def gcc():
    found = shutil.which("g++-12")
    if found is None:
        skip("lines are counted with g++-12, which is not installed")
    return found


def library_of(compiler):
    """The standard library's name and major version: templates of it are counted, too."""
    macros = run(compiler, "-std=c++20", "-dM", "-E", "-x", "c++", "-", text="#include <version>\n")
    found = re.search(r"#define _GLIBCXX_RELEASE (\d+)", macros)
    return f"libstdc++ {found[1]}" if found else "another library"


def clang():
    found = shutil.which("clang++-19")
    if found is None:
        skip("instantiations are counted with clang++-19, which is not installed")
    library = library_of(found)
    if library != "libstdc++ 12":
        skip(f"the figures are those of libstdc++ 12, and clang++-19 uses {library} here")
    return found


def headers():
    return sorted(str(path.relative_to(INCLUDE)) for path in INCLUDE.rglob("*.hpp"))


def count_lines(compiler, header):
    text = f"#include <{header}>\n"
    if header == WITHOUT_PMR:
        umbrella = (INCLUDE / "slotted" / "slotted.hpp").read_text()
        text = "".join(line + "\n" for line in umbrella.splitlines()
                       if line.startswith("#include <") and "slab_resource" not in line)
    return run(compiler, "-std=c++20", f"-I{INCLUDE}", "-E", "-P", "-x", "c++", "-", text=text).count("\n")


def count_instantiations(compiler, source):
    """Classes and functions that a translation unit makes of templates: all of them, and those named slotted::."""
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder) / "trace.json"
        path = pathlib.Path(folder) / "program.cpp"
        path.write_text(source)
        run(compiler, "-std=c++20", "-O0", f"-I{INCLUDE}", "-c", path, "-o", path.with_suffix(".o"),
            f"-ftime-trace={trace}", "-ftime-trace-granularity=0")
        events = json.loads(trace.read_text())["traceEvents"]
    names = [each["args"]["detail"] for each in events if each["name"] in ("InstantiateClass", "InstantiateFunction")]
    if not names:
        sys.exit("the time trace names no instantiation")
    return {"all": len(names), "slotted": sum(name.startswith("slotted::") for name in names)}


def programs():
    return {path.stem: path.read_text() for path in sorted((HERE / "programs").glob("*.cpp"))}


def growth(counted, known):
    """What is wrong with these figures beside the committed ones: growth, and what stands on one side only."""
    complaints = []
    for name, figure in counted.items():
        if name not in known:
            complaints.append(f"{name}: {figure}, and no committed figure")
        elif figure > known[name] * GROWTH:
            complaints.append(f"{name}: grew from {known[name]} to {figure}, by more than 3 %")
    return complaints + [f"{name}: has a committed figure, and is gone" for name in known.keys() - counted.keys()]


def commit(figures):
    """To figures.json, and to the table of README.md."""
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    text = README.read_text()
    start, end = text.index(START), text.index(END) + len(END)
    README.write_text(text[:start] + table_of(figures) + text[end:])


def judge(kind, counted, update):
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    if update:
        figures[kind] = counted
        commit(figures)
        return 0
    print("\n".join(f"{name}: {figure}" for name, figure in counted.items()))
    complaints = growth(counted, figures.get(kind, {}))
    if complaints:
        print("\n".join(complaints))
        print(f"Make it cheaper, or, where it is worth it: tests/cost/cost.py {kind} --update")
    return 1 if complaints else 0


def lines(update):
    compiler = gcc()
    counted = {header: count_lines(compiler, header) for header in [*headers(), WITHOUT_PMR]}
    failed = judge("lines", counted, update)
    for header, limit in LIMITS.items():
        if counted[header] >= limit:
            print(f"{header} has {counted[header]} lines: it has to stay below {limit}")
            failed = 1
    return failed


def instantiations(update):
    compiler = clang()
    counted = {}
    for name, source in programs().items():
        for which, count in count_instantiations(compiler, source).items():
            counted[f"{name}, {which}"] = count
    return judge("instantiations", counted, update)


def sweep_program(kind, fields):
    members = " ".join(f"double f{i};" for i in range(fields))
    values = ", ".join(f"{i}.0" for i in range(fields))
    listed = ", ".join(f'slotted::field<"f{i}", double>' for i in range(fields))
    last = f"f{fields - 1}"
    if kind == "record":
        return f"""#include <slotted/record/record.hpp>
            using row = slotted::record<{listed}>;
            int main() {{ row p{{{values}}}; return p.get<"{last}">() == p.get<"f0">() && p == p; }}"""
    if kind == "plain struct":
        return f"""#include <slotted/record/schema.hpp>
            struct row {{ {members} }};
            static_assert(slotted::recordable<row> && slotted::field_names<row>[0] == "f0");
            int main() {{ row p{{{values}}}; return slotted::schema<row>::get<{fields - 1}>(p) == 0; }}"""
    return f"""#include <slotted/store/table.hpp>
        struct row {{ {members} }};
        int main() {{ slotted::table<row> rows; rows.push_back({{{values}}}); return rows[0].{last} == 0; }}"""


def cost_of_a_field(counts):
    """Instantiations of one field more: among the first 32 of them, and among the last 32 of 64."""
    return (counts[32] - counts[1]) / 31, (counts[64] - counts[32]) / 32


def is_linear(counts):
    early, late = cost_of_a_field(counts)
    return late <= early * 1.1 + 0.5


def sweep():
    compiler = clang()
    failed = 0
    for kind in ("record", "plain struct", "table"):
        counts = {n: count_instantiations(compiler, sweep_program(kind, n))["all"] for n in (1, 32, 64)}
        early, late = cost_of_a_field(counts)
        print(f"{kind}: {counts}; a field costs {early:.1f} up to 32 of them, {late:.1f} up to 64")
        if not is_linear(counts):
            print(f"{kind}: instantiations are not linear in the number of fields")
            failed = 1
    return failed


def self_test():
    """The judgements say yes and no when they should."""
    known = {"a": 1000, "b": 10}
    wrong = [str(counted) for counted, complaints in [
        (known, 0), ({"a": 1030, "b": 9}, 0), ({"a": 1031, "b": 10}, 1), ({**known, "new": 1}, 1), ({"a": 1000}, 1),
        ({"a": 2000, "new": 1}, 3)] if len(growth(counted, known)) != complaints]
    wrong += [f"{law} of the number of fields" for law, f, linear in [
        ("linear", lambda n: 1000 + 5 * n, True), ("square", lambda n: 1000 + n * n, False),
        ("n log n", lambda n: n * n.bit_length(), False)] if is_linear({n: f(n) for n in (1, 32, 64)}) != linear]
    print(f"judged wrongly: {wrong}" if wrong else "judged rightly")
    return 1 if wrong else 0


def bytes_of_code(compiler, source):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "program.cpp"
        path.write_text(source)
        run(compiler, "-std=c++20", "-O2", f"-I{INCLUDE}", "-c", path, "-o", path.with_suffix(".o"))
        text, data, bss = run("size", path.with_suffix(".o")).splitlines()[1].split()[:3]
    return int(text) + int(data) + int(bss)


def table_of(figures):
    """The table of README.md: lines of the headers that a program includes, and what is made of them."""
    rows = ["| a program of a page that uses | lines, preprocessed | instantiations | bytes of code |", "|---|---:|---:|---:|"]
    for name, source in programs().items():
        if name not in figures["bytes"] or f"{name}, all" not in figures["instantiations"]:
            continue  # a new program, until `instantiations` and `table` are updated
        included = re.findall(r"#include <(slotted/.*)>", source)
        lines = max(figures["lines"][header] for header in included)
        rows.append(f"| `{included[-1]}` | {lines:,} | {figures['instantiations'][name + ', all']:,} | "
                    f"{figures['bytes'][name]:,} |")
    rows.append(f"| nothing, with `slotted/slotted.hpp` | {figures['lines']['slotted/slotted.hpp']:,} | | |")
    return START + "\n" + "\n".join(rows) + "\n\n" + END


def table(update):
    figures = json.loads(FIGURES.read_text())
    if update:
        compiler = gcc()
        figures["bytes"] = {name: bytes_of_code(compiler, source) for name, source in programs().items()}
        commit(figures)
        return 0
    if table_of(figures) not in README.read_text():
        print("README.md does not show the committed figures: tests/cost/cost.py table --update")
        return 1
    return 0


def report():
    gnu, llvm = gcc(), clang()
    print("| program | instantiations | of `slotted::` | bytes of code and data, g++ 12 `-O2` |\n|---|---:|---:|---:|")
    for name, source in programs().items():
        counts = count_instantiations(llvm, source)
        print(f"| `{name}.cpp` | {counts['all']} | {counts['slotted']} | {bytes_of_code(gnu, source)} |")
    print("\n| header | lines, g++ 12 `-E -P` | seconds, g++ 12 `-fsyntax-only` |\n|---|---:|---:|")
    for header in headers():
        start = time.monotonic()
        run(gnu, "-std=c++20", f"-I{INCLUDE}", "-fsyntax-only", "-x", "c++", "-", text=f"#include <{header}>\n")
        print(f"| `{header}` | {count_lines(gnu, header)} | {time.monotonic() - start:.2f} |")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["instantiations", "lines", "table", "sweep", "report", "self-test"])
    parser.add_argument("--update", action="store_true", help="commit to what is counted now")
    given = parser.parse_args()
    commands = {"instantiations": lambda: instantiations(given.update), "lines": lambda: lines(given.update),
                "table": lambda: table(given.update), "sweep": sweep, "report": report, "self-test": self_test}
    sys.exit(commands[given.command]())


main()
