#!/usr/bin/env python3
"""slotted: writes README.md beside this: what each compiler says of each mistake, and what is right instead.

errors.py [RULE ...]   of the rules that are named, and those that the page lacks, or of all

It needs g++-12, clang++-14 and clang++-19; the tests then hold what a compiler prints against its lines of that page.
"""
# SPDX-License-Identifier: MIT
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMPILERS = {"g++ 12": ("g++-12", "GNU"), "clang++ 14": ("clang++-14", "Clang"), "clang++ 19": ("clang++-19", "Clang")}
LONGEST = 240  # characters of a message; the rest is the arguments of templates
HEAD = """# What a mistake looks like

For each mistake that the compiler finds: the code with it, the code without it, and what g++ 12, clang++ 14 and
clang++ 19 say, of which the first line tells most. `errors.py` writes this page from the files beside it, and the tests
that compile them find every line of it in what the compiler at hand prints.
"""


def expectation(source, identity):
    found = re.search(rf"^// EXPECT-{identity}: (.+)$", source, re.M) or re.search(r"^// EXPECT: (.+)$", source, re.M)
    return found[1]


def runs_with(source, identity, name):
    found = re.search(r"^// COMPILERS: (.+)$", source, re.M)
    if found is None:
        return True
    major = int(name.split()[1])
    return any(each == identity or each.startswith(identity + "-") and major >= int(each[len(identity) + 1:].split(".")[0])
               for each in found[1].split())


def lines_of(output, expected):
    """The first error, the line that the test expects, and the reason that stands behind a deleted function."""
    lines = [re.sub(r"^[^ ]+:\d+:\d+: ", "", line) for line in output.splitlines()]
    error = next(line for line in lines if re.match(r"(fatal )?error: ", line))
    chosen = [error]
    wanted = next((line for line in lines if re.search(expected, line)), None)
    reason = next((line for line in lines if re.search(r"= delete;\s+//|^[ |\d]*delete;\s+//|// .*: to write,", line)), None)
    for line in (wanted, reason):
        if line is None:
            continue
        line = re.sub(r"^[ \d]*\| ", "", line).strip()
        if line not in chosen and line not in error:
            chosen.append(line)
    return [line if len(line) <= LONGEST else line[:LONGEST].rstrip() + " ..." for line in chosen]


def compiled(rule, name):
    compiler, identity = COMPILERS[name]
    source = rule.read_text()
    if not runs_with(source, identity, name):
        return None
    done = subprocess.run(
        [compiler, "-std=c++20", "-Wall", "-Wextra", "-fsyntax-only", f"-I{ROOT}/include", f"-I{ROOT}/tests/support",
         "-DMISTAKE", rule], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    if done.returncode == 0:
        sys.exit(f"{rule.name} compiles with the mistake")
    return lines_of(done.stdout + done.stderr, expectation(source, identity))


def branches(source):
    """The code with the mistake and the code without it; where there is no such code, it is the mistake to write it."""
    wrong, right = [], []
    for found in re.finditer(r"^#(ifdef|ifndef) MISTAKE\n(.*?)(?:^#else\n(.*?))?^#endif", source, re.M | re.S):
        first, second = textwrap.dedent(found[2]).rstrip(), textwrap.dedent(found[3] or "").rstrip()
        if found[1] == "ifndef":
            first, second = second, first
        wrong.append(first)
        right.append(second)
    return "\n".join(filter(None, wrong)), "\n".join(filter(None, right))


def section(rule, said):
    source = rule.read_text()
    about = " ".join(line[3:] for line in re.match(r"(//.*\n)+", source)[0].splitlines()
                     if not re.match(r"// (EXPECT|COMPILERS|ERRORS)", line))
    wrong, right = branches(source)
    parts = [f"## {rule.stem}\n\n{about}\n",
             "```cpp\n" + (f"// wrong\n{wrong}\n" if wrong else "") + (f"// right\n{right}\n" if right else "") + "```\n"]
    for name in COMPILERS:
        lines = said[rule, name].result()
        if lines is not None:
            parts.append(f"{name}:\n" + "\n".join(["```text", *lines, "```"]) + "\n")
    return "\n".join(parts)


def main():
    page = HERE / "README.md"
    kept = {}
    if sys.argv[1:]:
        for part in re.split(r"^(?=## )", page.read_text(), flags=re.M)[1:]:
            kept[part.split()[1]] = part.rstrip("\n") + "\n"
        for name in sys.argv[1:]:
            kept.pop(name, None)
    rules = sorted(HERE.glob("*.cpp"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = {(rule, name): pool.submit(compiled, rule, name)
                for rule in rules if rule.stem not in kept for name in COMPILERS}
    page.write_text("\n".join([HEAD] + [kept[rule.stem] if rule.stem in kept else section(rule, said) for rule in rules]))


main()
