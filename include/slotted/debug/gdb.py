# slotted: what gdb shows of records, symbols, pools, tables and histories: fields, texts, records, rows, and how many.
# SPDX-License-Identifier: MIT
#
# Load it by one line, in gdb or in ~/.gdbinit:  source <prefix>/include/slotted/debug/gdb.py
#
# It reads memory and calls nothing in the program, so that it works on core dumps, too.
"""Pretty printers for slotted."""
import re
import struct

import gdb
import gdb.printing

WORD = 8 * gdb.lookup_type("char").pointer().sizeof  # bits


def plain(kind):
    """A type without typedefs, references, const and volatile."""
    kind = kind.strip_typedefs()
    if kind.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        kind = kind.target().strip_typedefs()
    return kind.unqualified()


def is_template(kind, name):
    return re.match(r"^slotted::(v[0-9]\w*::)?(detail::)?" + name + "<", plain(kind).name or "") is not None


def arguments(name):
    """The arguments of a template, cut out of the name of a specialisation: gdb does not know those of a pack."""
    start = name.index("<") + 1
    depth, quoted, found = 0, False, []
    for at in range(start, len(name)):
        c = name[at]
        if quoted:
            quoted = c != '"' or name[at - 1] == "\\"
        elif c == '"':
            quoted = True
        elif c in "<{([":
            depth += 1
        elif c in ">})]" and depth > 0:
            depth -= 1
        elif c in ",>" and depth == 0:
            found.append(name[start:at].strip())
            start = at + 1
            if c == ">":
                break
    return found


def literal(text):
    """The characters of a fixed_string, as g++, clang 14 and clang 19 spell it."""
    quoted = re.search(r'\{"(.*)"\}$', text)
    if quoted:
        return quoted[1]
    codes = re.findall(r"\(char\)(\d+)", text) or re.findall(r"\d+", text[text.index("{"):])
    return bytes(int(code) for code in codes).rstrip(b"\0").decode("utf-8", "replace")


def members(value):
    """All members of an object by name, those of its bases included."""
    found = {}
    for field in value.type.fields():
        if field.is_base_class:
            found.update(members(value[field]))
        elif hasattr(field, "bitpos"):
            found[field.name] = value[field]
    return found


def loaded(atomic):
    """What a std::atomic holds, in any standard library: its only scalar member."""
    while plain(atomic.type).code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        atomic = atomic[next(field for field in plain(atomic.type).fields() if hasattr(field, "bitpos"))]
    return atomic


def memory(at, size):
    return bytes(gdb.selected_inferior().read_memory(int(at), int(size)))


def unsigned(at, size):
    return int.from_bytes(memory(at, size), "little" if struct.pack("=H", 1)[0] else "big")


def text_of(view):
    """The characters of a std::string_view, in libstdc++ and libc++."""
    fields = members(view)
    at = next(each for each in fields.values() if plain(each.type).code == gdb.TYPE_CODE_PTR)
    size = next(each for each in fields.values() if plain(each.type).code == gdb.TYPE_CODE_INT)
    return memory(at, size).decode("utf-8", "replace")


# ---- records


class Place:
    """A field of a record: its name, its type, and where it lies, in bytes."""

    def __init__(self, name, kind, offset):
        self.name, self.kind, self.offset = name, kind, offset


def places(kind):
    """The fields of a record, a packed_record or a plain struct in declared order; None for what is none of these."""
    kind = plain(kind)
    if is_template(kind, "record"):
        names = [literal(arguments(each)[0]) for each in arguments(kind.name)]
        storage = next(field for field in kind.fields() if field.name == "storage_")
        found = [None] * len(names)
        for slot in storage.type.fields():
            at = int(re.search(r"slot<(\d+)", slot.type.name)[1])
            found[at] = Place(names[at], slot.type.fields()[0].type, (storage.bitpos + slot.bitpos) // 8)
        return found
    if is_template(kind, "packed_record"):
        found, offset = [], 0
        for field in arguments(kind.name):
            name, of = arguments(field)[:2]
            found.append(Place(literal(name), gdb.lookup_type(of), offset))
            offset += found[-1].kind.sizeof
        return found
    if kind.code != gdb.TYPE_CODE_STRUCT or re.match(r"^(std|slotted)::", kind.name or ""):
        return None
    found = []
    for field in kind.fields():
        if not hasattr(field, "bitpos"):
            continue
        if field.is_base_class:
            found += [Place(each.name, each.kind, field.bitpos // 8 + each.offset) for each in places(field.type) or []]
        else:
            found.append(Place(field.name, field.type, field.bitpos // 8))
    return found


class RecordPrinter:
    """{x = 1, y = 2.5, sensor_id = "sensor_1"}"""

    def __init__(self, value):
        self.value = value

    def children(self):
        storage = self.value["storage_"]
        slots = {int(re.search(r"slot<(\d+)", slot.type.name)[1]): slot for slot in plain(storage.type).fields()}
        for at, each in enumerate(places(self.value.type)):
            yield each.name, storage[slots[at]]["value"]


class PackedRecordPrinter:
    def __init__(self, value):
        self.value = value

    def children(self):
        bytes_ = self.value["bytes_"]
        data = bytes(int(bytes_[i]) & 0xFF for i in range(plain(self.value.type).sizeof))
        for each in places(self.value.type):
            yield each.name, gdb.Value(data[each.offset:each.offset + each.kind.sizeof], each.kind)


# ---- symbols


def domains():
    """The domains of this program by name and number of codes."""
    found = {}
    for name in set(re.findall(r"(slotted::[\w:]*symbol_domain_of<.*>);$",
                               gdb.execute("info variables symbol_domain_of", to_string=True), re.M)):
        domain = gdb.parse_and_eval(f"&'{name}'").dereference()
        found[text_of(domain["name_"]), int(domain["capacity_"])] = domain
    return found


class SymbolPrinter:
    """The text."""

    def __init__(self, value):
        self.value = value

    def text(self):
        name, code = arguments(plain(self.value.type).name)[:2]
        number, width = int(self.value["code_"]), 8 * self.value["code_"].type.sizeof
        if number == 0:
            return ""
        domain = domains().get((literal(name), 2 ** width))
        if domain is None or number >= int(loaded(domain["size_"])):
            return None
        directory = domain["arena_"]["directory_"]
        chunk = (number // 16).bit_length()
        first = 0 if chunk == 0 else 16 << (chunk - 1)
        node = loaded((loaded(directory[chunk]) + (number - first)).dereference()["text"]).dereference()
        size = node["size"]
        return memory(int(size.address) + size.type.sizeof, int(size)).decode("utf-8", "replace")

    def to_string(self):
        text = self.text()
        return f"code {int(self.value['code_'])} of no known text" if text is None else text

    def display_hint(self):
        return None if self.text() is None else "string"


# ---- pools


def base_of(value, name):
    """The base of an object that is a specialisation of a template."""
    while not is_template(value.type, name):
        value = value[next(field for field in plain(value.type).fields() if field.is_base_class)]
    return value


class PoolPrinter:
    """The live records by slot number."""

    def __init__(self, value):
        self.value = value
        base = base_of(value, "basic_pool")
        self.kind = plain(base.type).template_argument(0)
        self.store = base["store_"]
        slabs = base_of(self.store, "slot_slabs")
        self.state = slabs["state_"]
        shape = plain(plain(slabs.type).template_argument(0))
        self.slot_bytes = int(shape.template_argument(0))
        alignment = int(shape.template_argument(1))
        alignment = max(alignment, min(self.slot_bytes & -self.slot_bytes, 64))
        self.first = -(-4 // alignment) * alignment  # behind the number of the slab

    def to_string(self):
        return f"{int(self.store['size_'])} records"

    def slab(self, number):
        """A slab's address and the shift from its number to that of its slots. Slabs begin with their number."""
        origin = int((self.state["origins"] + number).dereference())
        for shift in range(1, 32):
            at = origin + (number << shift) * self.slot_bytes - self.first
            if at % 65536:
                continue
            try:
                if unsigned(at, 4) == number:
                    return at, shift
            except gdb.MemoryError:
                pass
        raise gdb.GdbError(f"slab {number} of a pool is not to be read")

    def children(self):
        for number in range(int(self.state["slab_count"])):
            entry = (self.state["entries"] + number).dereference()
            limit = int(entry["limit"])
            if limit == 0:
                continue
            at, shift = self.slab(number)
            for word in range((limit + 63) // 64):
                bits = int((entry["bits"] + word).dereference())
                while bits:
                    place = word * 64 + (bits & -bits).bit_length() - 1
                    bits &= bits - 1
                    yield f"[{(number << shift) + place}]", gdb.Value(at + self.first + place * self.slot_bytes).cast(
                        self.kind.pointer()).dereference()


# ---- tables


def optional_of(kind):
    """What a std::optional may hold, and where it and its flag lie; None for other types. libstdc++ and libc++."""
    kind = plain(kind)
    if not re.match(r"^std::(__\w+::)?optional<", kind.name or ""):
        return None
    found = {}

    def search(of, offset):
        for field in plain(of).fields():
            if not hasattr(field, "bitpos"):
                continue
            if field.name in ("_M_value", "__val_"):
                found["value"] = offset + field.bitpos // 8
            elif field.name in ("_M_engaged", "__engaged_"):
                found["flag"] = offset + field.bitpos // 8
            elif plain(field.type).code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
                search(field.type, offset + field.bitpos // 8)

    search(kind, 0)
    return plain(kind.template_argument(0)), found["value"], found["flag"]


class Leaf:
    """A field that is kept as columns: bytes in front of bits."""

    def __init__(self, kind, offset):
        self.offset, self.flag = offset, None
        optional = optional_of(kind)
        if optional:
            kind, value, flag = optional
            self.offset, self.flag = offset + value, offset + flag
        self.is_bit = plain(kind).code == gdb.TYPE_CODE_BOOL
        self.width = 0 if self.is_bit else plain(kind).sizeof
        self.bits = int(self.is_bit) + int(self.flag is not None)


def leaves(kind, offset=0):
    parts = places(kind)
    if parts is None:
        return [Leaf(kind, offset)]
    return [leaf for part in parts for leaf in leaves(part.kind, offset + part.offset)]


class TablePrinter:
    """The rows by number."""

    def __init__(self, value):
        self.store = value["store_"]
        self.kind = plain(value.type).template_argument(0)
        self.state = self.store["state_"]

    def to_string(self):
        return f"{int(self.state['end'] - self.state['first'])} rows"

    def children(self):
        layout = self.store["layout_"].dereference()
        count, shift = int(layout["count"]), int(layout["shift"])
        widths = [int(layout["widths"][column]) for column in range(count)]
        fields = leaves(self.kind)
        valued = [leaf for leaf in fields if leaf.width]
        if widths != [leaf.width for leaf in valued] + [0] * sum(leaf.bits for leaf in fields):
            return  # a schema of its own: its fields are not those that the debugger sees
        pointer = WORD // 8
        entry = count * pointer + 2 * pointer + 8
        bases = int(self.state["bases"])

        def base(column, row):
            return unsigned((bases + (row >> shift) * entry + column * pointer) % (1 << WORD), pointer)

        def bit(column, row):
            return unsigned((base(column, row) + row // 64 * 8) % (1 << WORD), 8) >> (row % 64) & 1

        for row in range(int(self.state["first"]), int(self.state["end"])):
            image = bytearray(self.kind.sizeof)
            for column, leaf in enumerate(valued):
                at = (base(column, row) + row * leaf.width) % (1 << WORD)
                image[leaf.offset:leaf.offset + leaf.width] = memory(at, leaf.width)
            column = len(valued)
            for leaf in fields:
                if leaf.flag is not None:
                    image[leaf.flag] = bit(column, row)
                    column += 1
                if leaf.is_bit:
                    image[leaf.offset] = bit(column, row)
                    column += 1
            yield f"[{row}]", gdb.Value(bytes(image), self.kind)


# ---- histories


class HistoryPrinter:
    """How much there is: the rows themselves are compressed."""

    def __init__(self, value):
        self.core = value["core_"]

    def to_string(self):
        if int(self.core) == 0:
            return "0 rows"
        core = self.core.dereference()
        sealed = int(core["store_"]["rows_"])
        return (f"{sealed + int(core['head_rows_'])} rows of {int(core['series_']['size_'])} series, {sealed} in "
                f"{int(core['store_']['blocks_'])} blocks, {int(core['evicted_'])} evicted")


def build():
    printers = gdb.printing.RegexpCollectionPrettyPrinter("slotted")
    for name, printer in (("record", RecordPrinter), ("packed_record", PackedRecordPrinter), ("symbol", SymbolPrinter),
                          ("pool", PoolPrinter), ("checked_pool", PoolPrinter), ("table", TablePrinter),
                          ("history", HistoryPrinter)):
        printers.add_printer(name, rf"^slotted::(v[0-9]\w*::)?{name}<.*>$", printer)
    return printers


gdb.printing.register_pretty_printer(gdb.current_objfile(), build(), replace=True)
