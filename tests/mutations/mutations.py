#!/usr/bin/env python3
"""slotted: the library broken on purpose, each time in one place, and the test that must notice.

mutations.py check            each mutation still has its place, and README.md is the table of them
mutations.py table            writes that README.md
mutations.py run [NAME ...]   breaks a copy and runs the one test, which must pass before and fail after; all by default

CXX chooses the compiler; those that only the thread sanitizer sees want a clang++.
"""
# SPDX-License-Identifier: MIT
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import typing

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PATIENCE = 120  # seconds for a test that takes a few


class Mutation(typing.NamedTuple):
    name: str
    what: str  # is wrong then
    file: str  # below include/slotted
    right: str
    wrong: str
    test: str  # that must fail
    thread_sanitizer: bool = False


MUTATIONS = [
    # ---- memory
    Mutation("charge_dropped", "pages are committed without a charge", "memory/slab.hpp",
             "if (budget != nullptr && !(ask_relief ?", "if (false && !(ask_relief ?", "memory/slab"),
    Mutation("release_dropped", "pages go back and their charge stays", "memory/slab.hpp",
             "if (budget != nullptr) budget->release(committed_ - keep);", "static_cast<void>(budget);", "memory/slab"),
    Mutation("limit_off_by_one", "a charge of exactly what is left is refused", "memory/budget.hpp",
             "if (bytes > limit_ - before) [[unlikely]] {", "if (bytes >= limit_ - before) [[unlikely]] {",
             "memory/budget"),
    Mutation("limit_checked_once", "the limit is checked before the loop and not for each try", "memory/budget.hpp",
             "do {\n      if (bytes > limit_ - before) [[unlikely]] {\n"
             "        detail::last_refusal = {this, limit_, before, bytes};\n        return false;\n      }\n    } while (",
             "if (bytes > limit_ - before) return false;\n    do {\n    } while (", "memory/budget"),
    Mutation("relief_not_asked", "a charge that does not fit asks nobody for room", "memory/budget.hpp",
             "if (!relieve(bytes)) return try_reserve(bytes);", "return false;", "memory/budget"),
    Mutation("refusal_of_a_page", "whatever is refused, a page is said to have been", "memory/budget.hpp",
             "last_refusal = {this, limit_, before, bytes};", "last_refusal = {this, limit_, before, 4096};",
             "promises/budget_exceeded_says_what_was_refused"),
    Mutation("growth_by_a_quarter", "a container grows by a quarter of itself at a time", "memory/slab.hpp",
             "held / 16 / unit", "held / 4 / unit", "memory/slab"),
    Mutation("lock_not_released_to_others", "what a mutex guards is not passed on with it", "memory/mutex.hpp",
             "state_.exchange(0, std::memory_order_release)", "state_.exchange(0, std::memory_order_relaxed)",
             "memory/mutex", True),
    Mutation("sleepers_not_woken", "a mutex wakes nobody", "memory/mutex.hpp",
             "== awaited) state_.notify_one();", "== awaited) {\n    }", "memory/mutex"),
    Mutation("buddies_not_merged", "address space that is given back stays in pieces", "memory/address_space.hpp",
             "while (order < order_ && test(order, block ^ 1)) {", "while (false) {", "memory/address_space"),
    Mutation("ancestors_not_read", "the limit of an outer control group is not seen", "memory/container_limit.hpp",
             "if (slash == path.npos) return limited;", "return limited;", "memory/container_limit"),
    Mutation("bit_off_by_one", "a taken slot is marked one bit further up", "memory/slot_store.hpp",
             "*window_.word |= std::uint64_t{1} << bit;", "*window_.word |= std::uint64_t{1} << ((bit + 1) % 64);",
             "memory/slot_store"),
    Mutation("spares_kept", "every slab that becomes empty is kept", "memory/slot_store.hpp",
             "release(max_of(slab, spare_));", "", "memory/slot_store"),
    Mutation("emptiness_of_one_word", "a slab is taken for empty by its first 64 slots", "memory/slot_slabs.hpp",
             "for (std::size_t word = 0; word < words(each.limit); ++word)\n      if (each.bits[word] != 0)",
             "for (std::size_t word = 0; word < 1; ++word)\n      if (each.bits[word] != 0)", "memory/slot_store"),
    Mutation("slot_without_counter", "a slot is taken before there is memory for its generation",
             "memory/slot_slabs.hpp", "if constexpr (has_generations) most = counters::chunk_slots;", "",
             "promises/store_options_agree_with_a_model"),
    # ---- record
    Mutation("proof_allows_overlap", "a layout whose fields overlap is proved", "record/layout.hpp",
             "if (field.size == 0 || field.offset < end ||", "if (field.size == 0 ||", "record/layout"),
    Mutation("symbols_ordered_by_code", "symbols are ordered by their codes", "record/symbol.hpp",
             "? std::strong_ordering::equal : a.view() <=> b.view();",
             "? std::strong_ordering::equal : a.code_ <=> b.code_;", "record/symbol"),
    Mutation("hash_of_the_last_field", "the hash of a record is that of its last field", "record/hash.hpp",
             "hash_ = combine_hash(hash_, value, seed_);", "hash_ = combine_hash(0, value, seed_);", "record/hash"),
    Mutation("line_breaks_printed", "a control character of a label is printed as it is", "record/escaped_text.hpp",
             "lead < 0x20 || lead == 0x7F ||", "lead == 0x7F ||", "record/escaped_text"),
    # ---- store
    Mutation("slot_lost_when_a_constructor_throws", "the slot of a record that was not made stays taken",
             "store/basic_pool.hpp", "if (store != nullptr) store->give(index);", "",
             "promises/pool_growth_is_exception_safe"),
    Mutation("generation_not_carried", "a generation of more than a byte starts again", "memory/slot_counters.hpp",
             "put_high(at, get_high(at) + 1);", "put_high(at, get_high(at));", "memory/slot_counters"),
    Mutation("bits_of_a_column_fold", "a bool column uses half of each word", "store/table_view.hpp",
             "bits = (bits & ~(std::uint64_t{1} << (row % 64))) | std::uint64_t{on} << (row % 64);",
             "bits = (bits & ~(std::uint64_t{1} << (row % 32))) | std::uint64_t{on} << (row % 32);",
             "store/table_types"),
    Mutation("slabs_not_retired", "a table's slabs stay when their rows leave at the front", "store/column_store.hpp",
             "while (state_.slabs > 1 && slab_end(state_.first_slab) <= state_.first) {", "while (false) {",
             "store/table"),
    Mutation("dictionary_gone_early", "a dictionary goes while a snapshot decodes by it", "store/history_state.hpp",
             "dictionaries_.push(gone, stamp);", "(void)stamp, free_dictionary(&gone);", "store/history_learner"),
    Mutation("dictionary_kept", "a dictionary stays when its last block has gone", "store/history_state.hpp",
             "if (--each.blocks == 0 && !each.current)", "if (--each.blocks == 0 && each.version == 0)",
             "store/history_learner"),
    Mutation("row_published_early", "a row is counted before other threads may read it", "store/history_core.hpp",
             "count.store(++to->count, std::memory_order_release);", "count.store(++to->count, std::memory_order_relaxed);",
             "store/history_state", True),
    # ---- history
    Mutation("run_past_its_byte", "a run of equal rows is lengthened past what its byte can say",
             "history/detail/row_stream.hpp", "< 0x3F) {", "< 0x40) {", "history/detail/row_stream"),
    Mutation("bytes_fetched_late", "older bytes of a stream are fetched when too few are left for a row",
             "history/detail/row_stream.hpp", "low_ = begin_ + margin;", "low_ = begin_ + 8;",
             "history/detail/row_stream"),
    Mutation("raised_too_far", "digits grow by decimals past 64 bits", "history/detail/column_change.hpp",
             "if (was + most > 2 * most) break;", "static_cast<void>(most);", "history/detail/column_change"),
    Mutation("digits_not_compared", "a real is taken for a decimal near it", "history/detail/column_change.hpp",
             "&& pattern_of_digits(kind, digits, exponent) == pattern;", ";", "history/detail/column_change"),
    # ---- codec
    Mutation("exceptions_truncated", "the last exception of a block is not applied", "codec/integers.hpp",
             "const std::size_t count = s.patches;\n", "const std::size_t count = s.patches - 1;\n", "codec/integers"),
    Mutation("positions_unchecked", "exceptions may stand anywhere", "codec/top_parts.hpp",
             "if (!are_positions(b.positions, b.patches, n)) return false;", "", "codec/fuzz_block"),
    Mutation("divisor_not_looked_for", "values with a common divisor are packed whole", "codec/integer_search.hpp",
             "[&] { return common_divisor(r, n, range); }", "[&] { return std::uint64_t{1}; }", "codec/integer_search"),
    Mutation("correction_dropped", "a value whose digits are its neighbour's goes without a correction",
             "codec/decimals.hpp", "corrected |= c[i];  // the limit's own quotient needed none", "static_cast<void>(c[i]);",
             "codec/block"),
    Mutation("sign_lost", "a decimal loses its sign", "codec/decimals.hpp",
             "(((d ^ negative) - negative) & good)", "((d - 0 * negative) & good)", "codec/decimals"),
]


def source_of(mutation, root):
    return root / "include" / "slotted" / mutation.file


def places(mutation, root=ROOT):
    return source_of(mutation, root).read_text().count(mutation.right)


def table():
    lines = ["# What the tests notice", "",
             "The library is broken on purpose, each time in one place; `mutations.py run` shows that the one test that is",
             "named passes before and fails after. `mutations.py table` writes this table.", "",
             "| mutation | what is wrong then | where | the test that fails |", "|---|---|---|---|"]
    lines += [f"| `{m.name}` | {m.what} | `{m.file}` | `{m.test}`" +
              (", thread sanitizer |" if m.thread_sanitizer else " |") for m in MUTATIONS]
    return "\n".join(lines) + "\n"


def check():
    wrong = [f"{m.name}: {places(m)} places in {m.file} and not one" for m in MUTATIONS if places(m) != 1]
    wrong += [f"{m.name}: there is no tests/{m.test}.cpp" for m in MUTATIONS
              if not (ROOT / "tests" / f"{m.test}.cpp").exists()]
    if (HERE / "README.md").read_text() != table():
        wrong.append("README.md is not the table: mutations.py table")
    print("\n".join(wrong) or f"{len(MUTATIONS)} mutations have their places")
    return 1 if wrong else 0


def quiet(*command, timeout=None):
    return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=timeout)


class Copy:
    """A copy of the tree with a build of its own."""

    def __init__(self, folder, thread_sanitizer):
        self.root, self.build = folder / "tree", folder / "build"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns("build*", ".git"))
        flags = "-O1 -g1" + (" -fsanitize=thread" if thread_sanitizer else "")
        compiler = os.environ.get("CXX") or ("clang++-19" if thread_sanitizer else "c++")
        done = quiet("cmake", "-S", self.root, "-B", self.build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={compiler}",
                     "-DCMAKE_BUILD_TYPE=Debug", f"-DCMAKE_CXX_FLAGS_DEBUG={flags}", "-DSLOTTED_BUILD_EXAMPLES=OFF",
                     "-DSLOTTED_BUILD_BENCHMARKS=OFF")
        if done.returncode != 0:
            sys.exit(done.stdout)

    def passes(self, test):
        """Whether a test passes, which may be known when it is compiled; None when it does not compile otherwise."""
        program = "test_" + test.replace("/", "_")
        built = quiet("cmake", "--build", self.build, "--target", program)
        if built.returncode != 0:
            return False if re.search("static assertion failed|static_assert failed", built.stdout) else None
        folder = test.split("/")[0]
        try:
            return quiet(self.build / "tests" / folder / program, timeout=PATIENCE).returncode == 0
        except subprocess.TimeoutExpired:
            return False  # whoever waits for ever has noticed, too


def run(names):
    chosen = [m for m in MUTATIONS if not names or m.name in names]
    if unknown := set(names) - {m.name for m in chosen}:
        sys.exit(f"no such mutation: {', '.join(sorted(unknown))}")
    survived = 0
    for thread_sanitizer in (False, True):
        group = [m for m in chosen if m.thread_sanitizer == thread_sanitizer]
        if not group:
            continue
        with tempfile.TemporaryDirectory() as folder:
            copy = Copy(pathlib.Path(folder), thread_sanitizer)
            passed = {test: copy.passes(test) for test in dict.fromkeys(m.test for m in group)}
            for m in group:
                path = source_of(m, copy.root)
                right = path.read_text()
                path.write_text(right.replace(m.right, m.wrong))
                after = copy.passes(m.test)
                path.write_text(right)
                noticed = passed[m.test] is True and after is False
                survived += not noticed
                verdict = ("noticed" if noticed else "the test fails as it is" if not passed[m.test] else
                           "does NOT COMPILE" if after is None else "NOT NOTICED")
                print(f"{m.name}: {verdict} by {m.test}", flush=True)
    return 1 if survived else 0


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "check":
        sys.exit(check())
    if command == "table":
        sys.exit(0 if (HERE / "README.md").write_text(table()) else 1)
    if command == "run":
        sys.exit(run(sys.argv[2:]))
    sys.exit(__doc__)


main()
