#!/usr/bin/env python3
# slotted: what doxygen is given of a public header: the interface, as a user writes it.
# SPDX-License-Identifier: MIT
"""input_filter.py FILE: prints what the API reference shows of FILE.

- The inline namespace of the ABI version, the namespaces `detail` and protected members are left out.
- A member whose comment begins with "For histories:" and the like serves the library itself and is private here.
- The public members of a base class of this library stand in the derived class, too.
- Each clause of a contract (Preconditions, Effects, ...) has a paragraph of its own.
- What the standard's requirements name (`value_type`, `begin`) is described in a word where the header says nothing.
- Of README.md, the sections that guide a user remain.
"""
import functools
import pathlib
import re
import sys

HEADERS = pathlib.Path(__file__).resolve().parents[2] / "include"

CLAUSES = "Preconditions|Effects|Postconditions|Returns|Throws|Complexity|Invalidates|Remarks|Mandates"
CLAUSE = re.compile(rf"(?:^|(?<=[.;] ))({CLAUSES}):(?: |$)")

INTERNAL = re.compile(r"^\s*/// For [a-z`() ]+:")

STANDARD = {
    "guide": "Deduces the template arguments.",
    "constructor": "A value-initialised one.",
    "value_type": "The type of an element.",
    "element_type": "The type of an element.",
    "size_type": "The type of a count.",
    "difference_type": "The type of a distance between iterators.",
    "reference": "What an iterator gives.",
    "const_reference": "What a constant iterator gives.",
    "pointer": "What an iterator's `->` gives.",
    "iterator": "The type of an iterator.",
    "const_iterator": "The type of a constant iterator.",
    "iterator_category": "The category of the iterator before C++20.",
    "iterator_concept": "The category of the iterator.",
    "propagate_on_container_move_assignment": "Whether a container that is moved takes the allocator along.",
    "propagate_on_container_swap": "Whether containers that are swapped exchange their allocators.",
    "is_always_equal": "Whether all allocators of this type are equal.",
    "value": "The element.",
    "begin": "An iterator to the first element.",
    "end": "The iterator behind the last element.",
    "cbegin": "A constant iterator to the first element.",
    "cend": "The constant iterator behind the last element.",
    "swap": "Exchanges the two. Complexity: constant.",
    "operator==": "Whether the two are equal.",
    "operator<=>": "The order of the two.",
    "operator*": "The element that the iterator is at.",
    "operator->": "The element that the iterator is at.",
    "operator++": "Goes on to the next element.",
    "operator=": "Assignment.",
}

DECLARED = re.compile(
    r"^ *(?:\[\[\w+\]\] |friend |constexpr |static |explicit |const )*"
    r"(?:using (?P<alias>\w+) =|(?:class|struct) (?P<type>\w+) \{|(?:\w+ )?\w+ (?P<field>\w+);"
    r"|(?P<guide>\w+)\([^()]*(?:\([^()]*\)[^()]*)*\) -> .*;|(?P<constructor>\w+)\(\)(?: noexcept)? = default;"
    r"|[\w:<>, *&]*?[ *&](?P<function>operator *(?:[=<>*+\-]+|\(\))|\w+)\()"
)

GUIDE = ["A first program", "Which to take", "A past without end", "In your project", "Platforms", "When something is wrong", "What it is not for"]


def fail(what):
    sys.exit(f"input_filter.py: {what}")


def without_blocks(lines, begin, end):
    """Lines outside the blocks that a line matching `begin` opens and the next one matching `end` closes."""
    kept, inside = [], False
    for line in lines:
        if not inside and re.match(begin, line):
            inside = True
        elif inside:
            inside = not re.match(end, line)
        else:
            kept.append(line)
    return kept


def interface(text):
    """The lines of a header less what is not its interface."""
    end = text.find("}  // namespace slotted\n")
    lines = text[: end + 24 if end >= 0 else None].splitlines()
    lines = without_blocks(lines, r"namespace detail(::\w+)* \{$", r"\}  // namespace detail")
    return [x for x in lines if not re.match(r"(inline namespace (v\d\w*|[A-Z_]+) \{|\}  // namespace (v\d\w*|[A-Z_]+)$)", x)]


@functools.cache
def sources():
    return [path.read_text() for path in sorted(HEADERS.rglob("*.hpp"))]


@functools.cache
def class_of(name):
    """(template parameters, head, body) of the class `name` of this library, body being its lines; or None."""
    pattern = re.compile(
        rf"^(?:template <(.*)>\n)?((?:class|struct) {name}(?: final)?(?:\n? +: [^{{]*)? \{{\n)(.*?)^\}};$", re.M | re.S
    )
    for text in sources():
        if at := re.search(rf"^(?:template <[^\n]*>\n)?(?:class|struct) {name}\b[^;{{]*\{{$", text, re.M):
            found = pattern.match(text, at.start())
            parameters = [x.split("=")[0].split()[-1] for x in split(found.group(1) or "")] if found.group(1) else []
            return parameters, found.group(2), found.group(3).splitlines()
    return None


def sections(body, struct):
    """{access: lines} of a class, nested ones left whole."""
    access, found = "public" if struct else "private", {}
    for line in body:
        if mark := re.match(r" (public|protected|private):$", line):
            access = mark.group(1)
        else:
            found.setdefault(access, []).append(line)
    return found


def split(listed):
    """The parts of a list at its commas, those between angle brackets apart."""
    parts, depth = [""], 0
    for c in listed:
        depth += (c == "<") - (c == ">")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [" ".join(part.split()) for part in parts]


def members(lines):
    """The declarations in these lines of a class, each with the comments and the blank lines above it."""
    found, depth = [[]], 0
    for line in lines:
        found[-1].append(line)
        code = re.sub(r"//.*|'.'", "", line).rstrip()
        depth += code.count("{") + code.count("(") - code.count("}") - code.count(")")
        if depth == 0 and code.endswith((";", "}")):
            found.append([])
    return found


def bases_of(head):
    """The names and the template arguments of the public bases that a class head lists."""
    found = re.search(r"(?<!:): (?!:)(.*)\{\s*$", head, re.S)
    bases = []
    for each in split(found.group(1)) if found else []:
        name = re.match(r"(public )?(?:slotted::)?(?:detail::)?(\w+)(?:<(.*)>)?$", each)
        if name and (name.group(1) or head.startswith("struct")):
            bases.append((name.group(2), split(name.group(3)) if name.group(3) else []))
    return bases


def inherited(base, derived, body_of_derived):
    """The public members of `base`, a name and template arguments, as members of `derived`, less those it has itself."""
    name, arguments = base
    found = class_of(name)
    if not found:
        return []
    parameters, head, body = found
    kept = []
    keeps_constructors = re.search(rf"using (base::base|{name}::{name});", body_of_derived)
    for member in members(sections(body, head.startswith("struct")).get("public", [])):
        declaration = " ".join(x for x in member if not x.lstrip().startswith("//")).strip()
        if re.match(r"using (base|typename|\w+)::|friend class|template <[^>]*> friend class", declaration):
            continue
        if not keeps_constructors and re.match(rf"(explicit |constexpr |virtual |~)*{name}(\(|& operator=\()", declaration):
            continue
        if alias := re.match(r"using (\w+) =", declaration):
            if f"  using {alias[1]} =" in body_of_derived:
                continue
        kept += member
    text = re.sub(rf"\b{name}\b", derived, "\n".join(kept))
    for parameter, argument in zip(parameters, arguments):
        text = re.sub(rf"\b{parameter}\b", lambda _: argument, text)
    lines = text.splitlines()
    for each in bases_of(head):
        lines += inherited(each, derived, body_of_derived)
    return lines


def with_inherited(lines):
    text = "\n".join(lines) + "\n"
    pattern = re.compile(r"^(class|struct) (\w+)(?: final)?(\n? +: [^{]*)? \{\n(.*?)^\};$", re.M | re.S)

    def extend(found):
        bases = bases_of(text[found.start() : found.start(4)])
        body = found.group(4)
        extra = []
        for base in bases:
            if class_of(base[0]):
                extra += inherited(base, found.group(2), body)
        if not extra:
            return found.group(0)
        # The base's members stand here; that it has one is no part of the interface.
        head = text[found.start() : found.start(4)]
        others = ", ".join(x for x in split(re.search(r": (.*)\{", head, re.S).group(1)) if "std::" in x.split("<")[0])
        head = re.sub(r"(?<!:)\s*: (?!:).*\{", f" : {others} {{" if others else " {", head, flags=re.S)
        return head + body + " public:\n" + "\n".join(extra) + "\n};"

    return pattern.sub(extend, text).splitlines()


def public_only(lines):
    """Without the private and protected sections of classes."""
    kept, hidden = [], None
    for line in lines:
        if mark := re.match(r"( *)(public|protected|private):$", line):
            if hidden is None or len(mark.group(1)) <= hidden:
                hidden = None if mark.group(2) == "public" else len(mark.group(1))
                if hidden is not None:
                    continue
        elif hidden is not None and re.match(r" {0,%d}\};" % max(hidden - 1, 0), line) and len(line) - len(line.lstrip()) < hidden:
            hidden = None
        if hidden is None:
            kept.append(line)
    return kept


def clauses(comment):
    """A doc comment, its clauses in paragraphs of their own. `comment` is its lines without `///`."""
    out = []
    for line in comment:
        at = 0
        for clause in CLAUSE.finditer(line):
            before = line[at : clause.start()].rstrip()
            if before:
                out.append(before)
            if any(x.strip() for x in out):
                if out[-1].strip():
                    out.append("")
                out.append(f"**{clause.group(1)}:** ")
                at = clause.end()
            else:
                at = clause.start()
        rest = line[at:]
        if out and out[-1].endswith(":** "):
            out[-1] += rest
        elif rest.strip() or at == 0:
            out.append(rest)
    return out


def commented(lines):
    out, comment, indent = [], [], ""

    def flush():
        nonlocal comment
        if comment:
            private = INTERNAL.match("///" + comment[0]) is not None
            text = [x[1:] if x.startswith(" ") else x for x in comment]
            text = ["\\private"] + text if private else clauses(text)
            out.extend(f"{indent}/// {x}".rstrip() for x in text)
        comment = []

    def describe(at):
        """Says of an undocumented declaration that begins at line `at` what the standard's requirements say of it."""
        nonlocal comment, indent
        while re.match(r" *(template <.*>|requires.*)$", lines[at]):
            at += 1
        found = DECLARED.match(lines[at])
        if not found or "///<" in lines[at] or lines[at].rstrip().endswith("= delete;"):
            return
        name = next(x for x in found.groups() if x).replace(" ", "")
        if found.group("constructor") or found.group("guide"):
            name = "constructor" if found.group("constructor") else "guide"
        if name in STANDARD:
            indent = " " * (len(lines[at]) - len(lines[at].lstrip()))
            comment = [" " + STANDARD[name]]

    heads = False  # whether the line goes on with a declaration whose comment has been seen to
    for at, line in enumerate(lines):
        if found := re.match(r"( *)///(?!<)(.*)", line):
            indent = found.group(1)
            comment.append(found.group(2))
            continue
        if not comment and not heads:
            describe(at)
        flush()
        heads = re.match(r" *(template <.*>|requires.*)$", line) is not None
        out.append(line)
    flush()
    return out


def without_internal_names(line):
    """A constraint without `detail::`, and any other line with `implementation_defined` for what comes from there."""
    if re.match(r"\s*//", line):
        return line
    if re.match(r"\s*(template|requires|concept)\b", line):
        return line.replace("detail::", "")
    while at := re.search(r"\b(?:slotted::)?detail::[\w:]+", line):
        end, depth = at.end(), 0
        if line[end : end + 1] == "<":
            for end in range(end, len(line)):
                depth += (line[end] == "<") - (line[end] == ">" and line[end - 1] != "-")
                if depth == 0:
                    break
            end += 1
            end += len(re.match(r"(?:::\w+)*", line[end:]).group(0))
        line = line[: at.start()].removesuffix("typename ") + "implementation_defined" + line[end:]
    return line


def header(text):
    lines = interface(text)
    lines = with_inherited(lines)
    lines = [without_internal_names(line) for line in public_only(lines)]
    return "\n".join(commented(lines)) + "\n"


def guide(text):
    """The README's guide: its introduction and the sections of GUIDE."""
    parts = re.split(r"^## ", text, flags=re.M)
    chapters = {part.split("\n", 1)[0]: part for part in parts[1:]}
    if missing := [name for name in GUIDE if name not in chapters]:
        fail(f"README.md has no section {', '.join(missing)}")
    out = parts[0] + "".join("## " + chapters[name] for name in GUIDE)
    out = re.sub(r"<!--.*?-->\n?", "", out, flags=re.S)

    def text(prose):
        # Links to files of the repository lead nowhere from here; names of classes lead to their pages.
        prose = re.sub(r"\[([^\]]*)\]\((?!https?:|#)[^)]*\)", r"\1", prose)
        return re.sub(r"`(\w+)`", lambda x: f"\\ref slotted::{x[1]} \"{x[1]}\"" if class_of(x[1]) else x[0], prose)

    return "".join(part if part.startswith("```") else text(part) for part in re.split(r"(^```.*?^```$)", out, flags=re.M | re.S))


def main():
    path = pathlib.Path(sys.argv[1])
    text = path.read_text()
    sys.stdout.write(guide(text) if path.name == "README.md" else header(text))


if __name__ == "__main__":
    main()
