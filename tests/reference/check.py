#!/usr/bin/env python3
# slotted: holds the API reference to the public headers: what they declare is on its page, what is internal is on none.
# SPDX-License-Identifier: MIT
"""check.py INCLUDE HTML HEADER...: the headers, below INCLUDE, against the pages of doxygen below HTML.

What a header declares is read by libclang: namespaces other than `detail`, their classes with all public members, those
of public bases too, their functions, variables, aliases, concepts and enumerators. Each must stand in a row of the page
of its class or of its namespace. The reference must name nothing that is internal, each clause of a contract must have a
paragraph to itself, and the main page must be the guide. What is called try_... returns its outcome, [[nodiscard]].
"""
import html.parser
import pathlib
import re
import sys

from clang.cindex import AccessSpecifier, CursorKind, Index, TranslationUnit

CLASSES = {CursorKind.CLASS_DECL, CursorKind.STRUCT_DECL, CursorKind.CLASS_TEMPLATE}
NAMED = {
    CursorKind.CXX_METHOD,
    CursorKind.FUNCTION_DECL,
    CursorKind.FUNCTION_TEMPLATE,
    CursorKind.CONSTRUCTOR,
    CursorKind.CONVERSION_FUNCTION,
    CursorKind.FIELD_DECL,
    CursorKind.VAR_DECL,
    CursorKind.UNEXPOSED_DECL,  # a variable template
    CursorKind.TYPE_ALIAS_DECL,
    CursorKind.TYPE_ALIAS_TEMPLATE_DECL,
    CursorKind.CONCEPT_DECL,
    CursorKind.ENUM_DECL,
} | CLASSES

INTERNAL = re.compile(r"///<? For [a-z`() ]+:")
CLAUSES = "Preconditions|Effects|Postconditions|Returns|Throws|Complexity|Invalidates|Remarks|Mandates"
GUIDE = ["A first program", "Which to take", "A past without end", "In your project", "When something is wrong"]


class Declarations:
    """What the headers declare: {page: {name}}, a page being a qualified name of a class or a namespace."""

    def __init__(self, include, headers):
        self.include = str(include) + "/"
        self.public, self.internal, self.namespaces, self.careless = {}, {}, set(), set()
        source = "".join(f"#include <{header}>\n" for header in headers)
        unit = Index.create().parse(
            "all.cpp",
            args=["-std=c++20", "-I", str(include)],
            unsaved_files=[("all.cpp", source)],
            options=TranslationUnit.PARSE_SKIP_FUNCTION_BODIES,
        )
        errors = [str(each) for each in unit.diagnostics if each.severity >= 3]
        if errors:
            sys.exit("the headers do not compile:\n" + "\n".join(errors))
        for cursor in unit.cursor.get_children():
            if cursor.kind == CursorKind.NAMESPACE and cursor.spelling == "slotted":
                self.namespace(cursor, "slotted")

    def here(self, cursor):
        return cursor.location.file is not None and cursor.location.file.name.startswith(self.include)

    def namespace(self, scope, page):
        self.namespaces.add(page)
        for cursor in scope.get_children():
            if not self.here(cursor) or cursor.semantic_parent.canonical != scope.canonical:
                continue
            if cursor.kind == CursorKind.NAMESPACE:
                if cursor.spelling == "detail":
                    continue
                inline = re.fullmatch(r"v\d\w*", cursor.spelling)
                self.namespace(cursor, page if inline else f"{page}::{cursor.spelling}")
            elif cursor.kind in CLASSES:
                if INTERNAL.match(cursor.raw_comment or ""):
                    self.internal.setdefault(page, set()).add(cursor.spelling)
                elif cursor.is_definition():
                    self.a_class(cursor, f"{page}::{cursor.spelling}")
            else:
                self.name(cursor, page)

    def name(self, cursor, page):
        if cursor.kind not in NAMED or not cursor.spelling or cursor.spelling.startswith("<deduction"):
            return
        name = "operator " if cursor.kind == CursorKind.CONVERSION_FUNCTION else cursor.spelling.split("<")[0]
        if cursor.spelling.startswith("operator") and cursor.kind != CursorKind.CONVERSION_FUNCTION:
            name = cursor.spelling
        if name.startswith("try_") and cursor.result_type.spelling != "void" and not any(
            each.kind == CursorKind.WARN_UNUSED_RESULT_ATTR for each in cursor.get_children()
        ):
            self.careless.add(f"{page}::{name} is not [[nodiscard]]")
        where = self.internal if INTERNAL.match(cursor.raw_comment or "") else self.public
        where.setdefault(page, set()).add(name)
        if cursor.kind == CursorKind.ENUM_DECL:
            for each in cursor.get_children():
                if each.kind == CursorKind.ENUM_CONSTANT_DECL:
                    self.public[page].add(each.spelling)

    def a_class(self, scope, page):
        self.public.setdefault(page, set())
        self.members(scope, page, True)

    def members(self, scope, page, own):
        for cursor in scope.get_children():
            if cursor.kind == CursorKind.CXX_BASE_SPECIFIER:
                if cursor.access_specifier == AccessSpecifier.PUBLIC and (base := self.base_of(cursor)):
                    self.members(base, page, False)
                continue
            if cursor.kind == CursorKind.FRIEND_DECL:
                for each in cursor.get_children():
                    if each.kind in (CursorKind.FUNCTION_DECL, CursorKind.FUNCTION_TEMPLATE) and each.is_definition():
                        self.name(each, page)
                continue
            if cursor.access_specifier == AccessSpecifier.PROTECTED and cursor.kind in NAMED:
                self.internal.setdefault(page, set()).add(cursor.spelling)
            if cursor.access_specifier != AccessSpecifier.PUBLIC:
                continue
            if not own and (cursor.kind == CursorKind.CONSTRUCTOR or cursor.spelling == "operator="):
                continue
            if cursor.kind in CLASSES and cursor.is_definition() and own:
                self.a_class(cursor, f"{page}::{cursor.spelling}")
            self.name(cursor, page)

    def base_of(self, specifier):
        for each in specifier.get_children():
            if each.kind in (CursorKind.TEMPLATE_REF, CursorKind.TYPE_REF):
                definition = each.referenced.get_definition() if each.referenced else None
                if definition is not None and definition.kind in CLASSES and self.here(definition):
                    return definition
        return None


class Page(html.parser.HTMLParser):
    """The rows of member tables, and the paragraphs, of a page."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.paragraphs = [], []
        self.in_row = self.in_paragraph = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.in_row = dict(attributes).get("class", "").startswith("memitem:")
            if self.in_row:
                self.rows.append("")
        if tag == "p":
            self.in_paragraph = True
            self.paragraphs.append("")

    def handle_endtag(self, tag):
        if tag == "tr":
            self.in_row = False
        if tag == "p":
            self.in_paragraph = False

    def handle_data(self, data):
        if self.in_row:
            self.rows[-1] += data
        if self.in_paragraph:
            self.paragraphs[-1] += data


def mentions(rows, name):
    if not name.startswith("operator"):
        return any(re.search(rf"\b{re.escape(name)}\b", row) for row in rows)
    if name == "operator ":
        return any(re.search(r"\boperator\s+\w", row) for row in rows)
    squeezed = name.replace(" ", "")
    return any(squeezed in re.sub(r"\s", "", row) for row in rows)


def page_of(html_folder, name, is_namespace):
    """The text of the page of a class or a namespace, or None."""
    mangled = name.replace("_", "__").replace("::", "_1_1")
    for kind in ["namespace"] if is_namespace else ["class", "struct"]:
        path = html_folder / f"{kind}{mangled}.html"
        if path.is_file():
            return path.read_text()
    return None


def judge(declarations, pages):
    """What is wrong with the pages: {name: text or None}."""
    found = []
    for name, members in sorted(declarations.public.items()):
        text = pages.get(name)
        if text is None:
            found.append(f"there is no page of {name}")
            continue
        rows = Page(text).rows
        for member in sorted(members):
            if not mentions(rows, member):
                found.append(f"the page of {name} lacks {member}")
        for member in sorted(declarations.internal.get(name, set()) - members):
            if mentions(rows, member):
                found.append(f"the page of {name} has {member}, which is internal")
    return found


def judge_html(html_folder):
    found = []
    for path in sorted(html_folder.glob("*.html")):
        if "detail" in path.name:
            found.append(f"{path.name} is a page of internals")
        for paragraph in Page(path.read_text()).paragraphs:
            clauses = re.findall(rf"(?:^|[.;] )({CLAUSES}):", " ".join(paragraph.split()))
            if len(clauses) > 1:
                found.append(f"{path.name}: {' and '.join(clauses)} share a paragraph: {paragraph.strip()[:60]}")
    index = (html_folder / "index.html").read_text()
    for section in GUIDE:
        if section not in index:
            found.append(f"the main page lacks the section {section}")
    return found


def check_itself(declarations, pages):
    """A member whose rows are taken away, and a page that is, must be missed; an internal one must be noticed."""
    without_insert = re.sub(r'<tr class="memitem:(?:(?!</tr>).)*\binsert\b.*?</tr>', "", pages["slotted::pool"], flags=re.S)
    assert "the page of slotted::pool lacks insert" in judge(declarations, pages | {"slotted::pool": without_insert})
    assert "there is no page of slotted::table" in judge(declarations, pages | {"slotted::table": None})
    with_store = pages["slotted::pool"] + '<tr class="memitem:1"><td>Store store_</td></tr>'
    assert "the page of slotted::pool has store_, which is internal" in judge(
        declarations, pages | {"slotted::pool": with_store}
    )


def main():
    include, html_folder = (pathlib.Path(each).resolve() for each in sys.argv[1:3])
    headers = [str(pathlib.Path(each).resolve().relative_to(include)) for each in sys.argv[3:]]
    declarations = Declarations(include, headers)
    pages = {name: page_of(html_folder, name, name in declarations.namespaces) for name in declarations.public}
    complaints = judge(declarations, pages) + judge_html(html_folder) + sorted(declarations.careless)
    print("\n".join(complaints))
    if complaints:
        sys.exit(1)
    check_itself(declarations, pages)
    members = sum(len(each) for each in declarations.public.values())
    print(f"{len(pages)} classes and namespaces with {members} names are in the reference")


if __name__ == "__main__":
    main()
