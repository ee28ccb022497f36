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
    Mutation("readers_bytes_counted_twice", "bytes that readers answer for stay with the history",
             "history/detail/charged_memory.hpp",
             "{ held_ -= bytes; }", "{ static_cast<void>(bytes); }",
             "history/detail/charged_memory"),
    Mutation("evicted_for_nothing", "everything is given up for a charge larger than the budget",
             "history/detail/charged_memory.hpp",
             "!evict || bytes > budget_->limit() ||", "!evict ||",
             "history/detail/charged_memory"),
    Mutation("lent_elements_lost", "what stood in lent memory is not copied when an array grows",
             "history/detail/paged_array.hpp",
             "if (lent_) std::memcpy(at, base(0), capacity_ * sizeof(T));", "",
             "history/detail/paged_array"),
    Mutation("shrunk_pages_counted", "pages that an array gives back stay counted", "history/detail/paged_array.hpp",
             "held_ -= committed_ - kept;", "",
             "history/detail/paged_array"),
    Mutation("bucket_not_split", "a bucket gives its whole chain to the new one", "history/detail/series_nodes.hpp",
             "std::uint32_t& to = bucket_of(nodes_[id].pattern()) == added ? move : stay;", "std::uint32_t& to = move;",
             "history/detail/series_nodes"),
    Mutation("chain_lost", "the series of a bucket that goes are not found any more", "history/detail/series_nodes.hpp",
             "*end = buckets_[last];", "",
             "history/detail/series_nodes"),
    Mutation("stamps_repeat", "a chunk that comes again begins its stamps anew", "series/detail/series_rows.hpp",
             "places_[at] = free_place(stamp);", "places_[at] = free_place(0);",
             "series/detail/series_rows"),
    Mutation("free_number_above", "a number is given out above a free one", "series/detail/id_map.hpp",
             "if (at / 64 < hint_) hint_ = at / 64;", "",
             "series/detail/id_map"),
    Mutation("places_taken_for_rows", "in a chunk of few rows the place of a row is taken for its number",
             "series/detail/series_chunk.hpp",
             "return stored.is_dense() ? found : spread(found);", "return found;",
             "series/detail/series_chunk"),
    Mutation("text_not_counted_down", "a text stays when its last series goes", "series/detail/value_dictionary.hpp",
             "if (--gone.references != 0) return false;", "if (gone.references != 0) return false;",
             "series/detail/value_dictionary"),
    Mutation("hold_passes_nothing_on", "what a hold kept goes with it, whoever else sees it",
             "series/detail/hold_list.hpp",
             "append(node.older != nullptr ? *node.older : released_, node, table);", "append(released_, node, table);",
             "series/series_hold"),
    Mutation("absent_label_matches", "a series without the label matches whatever is asked",
             "series/detail/match_plan.hpp",
             "if (!by.absent) rows = 0;", "",
             "series/detail/match_plan"),
    Mutation("series_hashed_without_secret", "series are hashed by a multiplier that anybody knows",
             "history/detail/series_nodes.hpp",
             "hash_integer(key, seed_)", "(std::uint64_t{key} * 0x9E3779B97F4A7C15u)",
             "history/detail/series_nodes"),
    Mutation("entry_not_counted", "a block is put over the entries at the end of its slab",
             "history/detail/slab_log.hpp",
             "+ 2 * (std::size_t{back()->blocks} + 1) <=", "<=",
             "history/detail/slab_log"),
    Mutation("passed_blocks_found", "blocks that were evicted one by one are still found",
             "history/detail/slab_log.hpp",
             "front()->passed = blocks;\n    publish();", "front()->passed = blocks;",
             "history/detail/slab_log"),
    Mutation("dead_bytes_live", "bytes of dead blocks count as live", "history/detail/slab_log.hpp",
             "of.live -= rounded;\n    live_ -= rounded;", "of.live -= rounded;",
             "history/detail/slab_log"),
    Mutation("jump_hides_late_rows", "a jump passes over blocks that begin early enough",
             "history/detail/block_builder.hpp",
             "links.least = min_of(links.first, min_of(lower.least, middle.least));", "links.least = links.first;",
             "history/detail/block_builder"),
    Mutation("late_rows_above_hide", "blocks below one that is older are not looked at",
             "history/detail/block_builder.hpp",
             "links.greatest = max_of(links.last, lower.greatest);", "links.greatest = links.last;",
             "history/detail/block_builder"),
    Mutation("equal_times_turned", "rows of equal time are turned round when a block is made",
             "history/detail/block_builder.hpp",
             ": left < right;", ": left > right;",
             "history/detail/block_builder"),
    Mutation("times_remembered_by_their_ends", "times are taken for those before by their number and their ends",
             "history/detail/block_builder.hpp",
             "std::memcmp(of, times, count * sizeof *of) == 0;", "true;",
             "history/detail/block_builder"),
    Mutation("slabs_given_up_for_each_other", "the first slab for a drain is given up for the second, and so on",
             "history/detail/block_store.hpp",
             "claimed_ = spares_;  // one that is here is not given up for the next", "",
             "history/detail/block_store"),
    Mutation("series_without_blocks_stay", "a series whose last block goes is told nobody",
             "history/detail/block_store.hpp",
             "keeper_.lost_last_block(series);", "",
             "history/detail/block_store"),
    Mutation("moved_blocks_live_twice", "a young block that was moved stays where it was, too",
             "history/detail/block_store.hpp",
             "log.mark_dead(path[length], bytes);", "",
             "history/detail/block_store"),
    Mutation("expired_a_row_early", "a block goes whose last row is not too old yet", "history/detail/block_store.hpp",
             ".last_time() >= before) break;", ".last_time() > before) break;",
             "history/detail/block_store"),
    Mutation("columns_compared_by_hash", "time columns of equal hash are taken for equal",
             "history/detail/shared_columns.hpp",
             "std::memcmp(found.data, column.data(), column.size()) == 0", "true",
             "history/detail/shared_columns"),
    Mutation("dropped_column_found", "a time column that has gone is shared again", "history/detail/shared_columns.hpp",
             "if (at.number == number) at.number = none;", "static_cast<void>(at);",
             "history/detail/shared_columns"),
    Mutation("unseen_kept", "what was born after a snapshot is kept for it", "history/detail/snapshot_list.hpp",
             "born - which->moment) < 0;", "born - which->moment) <= 0;",
             "history/detail/snapshot_list"),
    Mutation("older_snapshots_forgotten", "what an older snapshot sees goes with a newer one",
             "history/detail/snapshot_list.hpp",
             "if (sees(older, each->born)) {", "if (false) {",
             "history/detail/snapshot_list"),
    Mutation("readers_not_waited_for", "a snapshot ends under its reader", "history/detail/snapshot_list.hpp",
             "while ((gone->word.load(std::memory_order_acquire) & record::readers) != 0) pause();", "",
             "history/detail/snapshot_list"),
    Mutation("adopted_twice", "bytes kept for a snapshot are charged twice", "history/detail/reader_reserve.hpp",
             "used_ += bytes;\n      if (budget_ != nullptr) budget_->release(bytes);", "used_ += bytes;",
             "history/detail/reader_reserve"),
    Mutation("extra_kept", "what a reader took beyond the reserve stays charged", "history/detail/reader_reserve.hpp",
             "const std::size_t first = min_of(beyond, bytes);", "const std::size_t first = 0;",
             "history/detail/reader_reserve"),
    Mutation("reader_without_bound", "ranges take all that a budget has left", "history/detail/reader_reserve.hpp",
             "if (charged > most_ || beyond > most_ - charged) return false;", "if (charged > most_) return false;",
             "history/detail/reader_reserve"),
    Mutation("drain_cut_anywhere", "a drain is aligned to more rows than a final block has",
             "history/detail/drain_alignment.hpp", "min_of(std::bit_floor(head_rows / 2), cap / 2)",
             "min_of(std::bit_floor(head_rows / 2), 64 * cap)", "history/detail/drain_alignment"),
    Mutation("future_accepted", "rows from any future are accepted where only an age is set",
             "history/detail/time_limits.hpp", "max_ahead_ == none ? max_age_ : max_ahead_", "max_ahead_",
             "history/detail/time_limits"),
    Mutation("first_row_believed", "the first rows of all set the clock for good", "history/detail/time_limits.hpp",
             "accepted_ != 0 && accepted_ < recent_count && is_too_old(time)", "static_cast<void>(time), false",
             "history/detail/time_limits"),
    Mutation("newest_is_the_clock", "ages count from the newest row", "history/detail/time_limits.hpp",
             "return sorted[(count - 1) / 2];", "return sorted[count - 1];", "history/detail/time_limits"),
    Mutation("readers_come_in", "a reader does not wait for whoever changes the history", "history/detail/gate.hpp",
             "while ((before & exclusive) != 0) {", "while (false) {",
             "history/detail/gate"),
    Mutation("lines_stay_used", "full lines of rows that went count as used", "history/detail/head_store.hpp",
             "lines_used_ -= count;", "",
             "history/detail/head_store"),
    Mutation("lines_freed_under_snapshots", "lines that a snapshot reads are used again",
             "history/detail/history_draining.hpp",
             "if (lines != no_index && !snapshots_.keep_lines(lines, of.born)) heads_.free_lines(lines);", "if (lines != no_index) heads_.free_lines(lines);",
             "history/detail/history_core"),
    Mutation("late_rows_taken_for_ordered", "rows that come late are taken to be in order",
             "history/detail/history_appending.hpp",
             "to.set(node::out_of_order);", "",
             "history/order"),
    Mutation("blocks_below_lost", "what lies below merged blocks is lost", "history/detail/history_draining.hpp",
             "of.set_block(store_.find(below) == nullptr ? 0 : below);", "of.set_block(0);",
             "history/history"),
    # ---- codec
    Mutation("exceptions_truncated", "the last exception of a block is not applied", "codec/integers.hpp",
             "count_ = positions_.rest();", "count_ = positions_.rest() - 1;", "codec/integers"),
    Mutation("positions_unchecked", "exceptions may stand anywhere", "codec/top_parts.hpp",
             "if (!are_positions(b.positions, b.patches, b.n)) return false;", "", "codec/fuzz_block"),
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
