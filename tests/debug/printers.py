#!/usr/bin/env python3
"""slotted: holds what gdb shows of tests/debug/subjects.cpp against its comments: printers.py PROGRAM

Ends with status 77 where gdb is missing, has no Python or may not watch a process.
"""
# SPDX-License-Identifier: MIT
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PRINTERS = HERE.parents[1] / "include" / "slotted" / "debug" / "gdb.py"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def gdb(program, *commands, load=True):
    line = ["gdb", "-nx", "-batch", "-ex", "set print pretty off", "-ex", "set width 0", "-ex", "set debuginfod off"]
    for command in ([f"source {PRINTERS}"] if load else []) + ["break stop", "run", "up", *commands]:
        line += ["-ex", command]
    done = subprocess.run([*line, program], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    return done.stdout + done.stderr


def main():
    program = sys.argv[1]
    if shutil.which("gdb") is None:
        skip("gdb is not installed")
    if "python 3" not in subprocess.run(["gdb", "-nx", "-batch", "-ex", "python import sys; print('python', sys.version)"],
                                        capture_output=True, text=True).stdout:
        skip("gdb has no Python")
    expected = re.findall(r"^ *// (\w+) = (.+)$", (HERE / "subjects.cpp").read_text(), re.M)
    if len(expected) < 10:
        sys.exit(f"subjects.cpp expects {len(expected)} things only")
    names = list(dict.fromkeys(name for name, _ in expected))
    commands = [part for name in names for part in (f"echo \\n== {name}\\n", f"print {name}")]
    output = gdb(program, *commands)
    if re.search(r"ptrace: Operation not permitted|Cannot create process", output):
        skip("gdb may not watch a process here")
    shown = dict(re.findall(r"^== (\w+)\n(.*(?:\n(?!== ).*)*)", output, re.M))
    failed = [f"{name} shows\n  {shown.get(name, 'nothing').strip()[:400]}\nand not\n  {text}"
              for name, text in expected if text not in shown.get(name, "")]
    # The twin: without the printers gdb shows none of it, so what was found came from them.
    without = gdb(program, *commands, load=False)
    failed += [f"{name} shows that without the printers, too" for name, text in expected if text in without]
    print("\n".join(failed) if failed else f"{len(expected)} expectations")
    sys.exit(1 if failed else 0)


main()
