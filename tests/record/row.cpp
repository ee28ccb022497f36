// A row of T is a T; nothing derived from it is stored as one, whichever way it is handed over.
#include <slotted/record/row.hpp>
#include <slotted/store/checked_pool.hpp>
#include <slotted/store/pool.hpp>
#include <slotted/store/table.hpp>

#include <array>
#include <functional>
#include <list>
#include <span>
#include <vector>

#include "catch.hpp"

namespace {

struct point {
  double x = 0;
  friend bool operator==(const point&, const point&) = default;
};
struct tagged : point {
  int tag = 0;
};
struct makes_point {
  operator point() const { return {2}; }
};
struct unlike {
  double x;
};

static_assert(slotted::exactly<const point&, point> && !slotted::exactly<tagged, point>);

static_assert(slotted::sliced_row<tagged, point> && slotted::sliced_row<const tagged&, point>);
static_assert(slotted::sliced_row<std::reference_wrapper<const tagged>, point>);
static_assert(!slotted::sliced_row<point&, point> && !slotted::sliced_row<makes_point, point>);
static_assert(!slotted::sliced_row<std::reference_wrapper<point>, point> && !slotted::sliced_row<int, int>);

static_assert(slotted::row_of<point, point> && slotted::row_of<const point&, point>);
static_assert(slotted::row_of<makes_point, point> && slotted::row_of<std::reference_wrapper<point>, point>);
static_assert(!slotted::row_of<tagged&, point> && !slotted::row_of<unlike, point>);
static_assert(!slotted::row_of<std::reference_wrapper<tagged>, point>);

static_assert(slotted::rows_of<std::vector<point>&, point> && slotted::rows_of<std::array<point, 2>, point>);
static_assert(slotted::rows_of<std::vector<makes_point>, point> && slotted::rows_of<slotted::table<point>, point>);
static_assert(slotted::rows_of<const point (&)[3], point> && slotted::rows_of<std::span<const point>, point>);
static_assert(!slotted::rows_of<std::vector<tagged>, point> && !slotted::rows_of<std::vector<unlike>, point>);
static_assert(!slotted::rows_of<point, point> && !slotted::rows_of<tagged (&)[2], point>);
static_assert(slotted::sliced_rows<std::vector<tagged>, point> && slotted::sliced_rows<const tagged (&)[2], point>);
static_assert(slotted::sliced_rows<std::vector<std::reference_wrapper<tagged>>, point>);
static_assert(!slotted::sliced_rows<std::vector<point>, point> && !slotted::sliced_rows<int, point>);

static_assert(slotted::makes_row<point, double> && slotted::makes_row<point, const point&>);
static_assert(slotted::makes_row<point> && !slotted::makes_row<point, tagged>);
static_assert(!slotted::makes_row<point, double, double>);

// ---- each entry of the containers

template <class Rows, class Row>
concept pushed = requires(Rows& rows, Row row) { rows.push_back(row); };
template <class Rows, class Row>
concept push_tried = requires(Rows& rows, Row row) { rows.try_push_back(row); };
template <class Rows, class Row>
concept emplaced_back = requires(Rows& rows, Row row) { rows.emplace_back(row); };
template <class Rows, class Row>
concept emplace_back_tried = requires(Rows& rows, Row row) { rows.try_emplace_back(row); };
template <class Rows, class Row>
concept assigned = requires(Rows& rows, Row row) { rows.set(0, row); };
template <class Rows, class Range>
concept appended = requires(Rows& rows, Range range) { rows.append(range); };
template <class Rows, class Range>
concept append_tried = requires(Rows& rows, Range range) { rows.try_append(range); };

using table = slotted::table<point>;
template <class Row>
inline constexpr bool any_entry_of_table =
    pushed<table, Row> || push_tried<table, Row> || emplaced_back<table, Row> || emplace_back_tried<table, Row> ||
    assigned<table, Row> || appended<table, std::vector<Row>> || append_tried<table, std::vector<Row>> ||
    appended<table, std::list<Row>> || append_tried<table, std::span<Row>>;
template <class Row>
inline constexpr bool each_entry_of_table =
    pushed<table, Row> && push_tried<table, Row> && assigned<table, Row> && appended<table, std::vector<Row>> &&
    append_tried<table, std::vector<Row>> && appended<table, std::list<Row>> && append_tried<table, std::span<Row>>;
static_assert(each_entry_of_table<point> && each_entry_of_table<makes_point>);
static_assert(!any_entry_of_table<tagged> && !any_entry_of_table<std::reference_wrapper<tagged>>);

template <class Pool, class Row>
concept inserted = requires(Pool& pool, Row row) { pool.insert(row); };
template <class Pool, class Row>
concept insert_tried = requires(Pool& pool, Row row) { pool.try_insert(row); };
template <class Pool, class Row>
concept emplaced = requires(Pool& pool, Row row) { pool.emplace(row); };
template <class Pool, class Row>
concept emplace_tried = requires(Pool& pool, Row row) { pool.try_emplace(row); };

template <class Pool, class Row>
inline constexpr bool any_entry_of_pool =
    inserted<Pool, Row> || insert_tried<Pool, Row> || emplaced<Pool, Row> || emplace_tried<Pool, Row>;
template <class Pool, class Row>
inline constexpr bool each_entry_of_pool =
    inserted<Pool, Row> && insert_tried<Pool, Row> && emplaced<Pool, Row> && emplace_tried<Pool, Row>;
static_assert(each_entry_of_pool<slotted::pool<point>, point>);
static_assert(each_entry_of_pool<slotted::checked_pool<point>, point>);
static_assert(!any_entry_of_pool<slotted::pool<point>, tagged>);
static_assert(!any_entry_of_pool<slotted::checked_pool<point>, tagged>);
static_assert(!any_entry_of_pool<slotted::pool<point>, std::reference_wrapper<const tagged>>);
static_assert(!any_entry_of_pool<slotted::checked_pool<point>, std::reference_wrapper<const tagged>>);

TEST_CASE("what is no derived type still goes in") {
  table rows;
  rows.push_back(makes_point{});
  rows.append(std::vector<makes_point>(3));
  point one{7};
  rows.append(std::vector<std::reference_wrapper<point>>(2, one));
  const tagged more{{5}, 1};
  rows.push_back(static_cast<const point&>(more));
  CHECK(rows.size() == 7);
  CHECK(rows[0] == point{2});
  CHECK(rows[5] == point{7});
  CHECK(rows[6] == point{5});
}

}  // namespace
