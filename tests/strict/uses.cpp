// Class templates with all of their members instantiated, and member templates used; see CMakeLists.txt. A new class
// template of a header is added here.
#include <array>
#include <compare>
#include <cstdint>
#include <list>
#include <optional>
#include <slotted/interop/by_name.hpp>
#include <slotted/interop/print.hpp>
#include <slotted/slotted.hpp>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strict {

using slotted::field;

using label = slotted::symbol<"strict", std::uint16_t>;

struct inner {
  float low, high;
};

struct plain {
  double x, y;
  std::int64_t timestamp;
  std::optional<int> level;
  inner range;
  label sensor;
  bool on;
};

using record = slotted::record<field<"x", double>, field<"y", float>, field<"timestamp", std::int64_t>,
                               field<"on", bool>, field<"sensor", label>>;
using packed = slotted::packed_record<field<"x", double>, field<"y", float>, field<"timestamp", std::int64_t>,
                                      field<"on", bool>, field<"sensor", label>>;

struct owning {
  std::string name;
  std::vector<double> values;
};

std::size_t codec(std::span<std::byte> to);
std::size_t memory();
bool records(record& r, packed& p);
std::size_t pools();
std::size_t tables(std::span<const plain> rows);
std::string texts(plain& s, record& r);
std::size_t histories(std::span<const plain> rows);
std::size_t series();

}  // namespace strict

template class slotted::codec::block_reader<double>;
template class slotted::codec::block_reader<float>;
template class slotted::codec::block_reader<std::int64_t>;
template class slotted::codec::block_reader<std::uint8_t>;
template class slotted::result_list<std::string>;
template class slotted::label_names<"host", "metric">;
template class slotted::pool<strict::plain>;
template class slotted::pool<strict::packed, slotted::page_kind::huge>;
template class slotted::pool<strict::owning>;
template class slotted::checked_pool<strict::plain, std::uint8_t>;
template class slotted::checked_pool<strict::owning>;
template class slotted::pool_handle<strict::plain>;
template class slotted::checked_handle<strict::plain>;
template class slotted::table_column<strict::plain, 0>;
template class slotted::table_chunk<strict::plain, true>;
template class slotted::table_chunk<strict::plain, false>;
template class slotted::table_chunks<strict::plain, true>;
template class slotted::optional_span<int>;

namespace strict {
namespace {

template <class T>
std::size_t block_of(const std::array<T, 100>& values, std::span<std::byte> to) {
  slotted::codec::column_state state;
  const std::size_t size = slotted::codec::encode<T>(values, state, to);
  std::array<T, 100> again{};
  slotted::codec::decode<T>(to.first(size), again);
  const slotted::codec::block_info info = slotted::codec::inspect(to);
  const T third = slotted::codec::value_at<T>(to, 3);
  return slotted::detail::same_value(third, again[3]) ? info.size : 0;
}

}  // namespace

std::size_t codec(std::span<std::byte> to) {
  std::size_t bytes = block_of(std::array<double, 100>{1.5}, to) + block_of(std::array<float, 100>{1.5F}, to);
  bytes += block_of(std::array<std::int64_t, 100>{1}, to) + block_of(std::array<std::uint64_t, 100>{1}, to);
  bytes += block_of(std::array<std::int32_t, 100>{1}, to) + block_of(std::array<std::uint16_t, 100>{1}, to);
  return bytes + block_of(std::array<std::int8_t, 100>{1}, to);
}

std::size_t memory() {
  slotted::memory_budget budget{slotted::memory_budget::of_container(0.5).limit()};
  const slotted::watermark mark(budget, 100, [](const slotted::memory_budget&) {});
  const slotted::pressure_relief relief(budget, [](std::size_t) {});
  slotted::slab_resource slabs{budget};
  std::list<int, slotted::slab_allocator<int>> list{slabs};
  list.push_back(1);
  const std::pmr::vector<int> numbers(3, &slabs);
  return slabs.footprint().total() + numbers.size();
}

bool records(record& r, packed& p) {
  r.get<"x">() = 1.5;
  p.set<"y">(2.5F);
  double sum = 0;
  slotted::visit_field(r, "x", [&]<class T>(const T& value) {
    if constexpr (std::is_floating_point_v<T>) sum += static_cast<double>(value);
  });
  const auto more = slotted::record_cast<slotted::extend<record, field<"z", int>>>(r);
  const bool same = r == r && p == p && (r <=> r) == std::partial_ordering::equivalent && more.get<"z">() == 0;
  const label sensor{"sensor"};
  return same && sensor.view() == "sensor" && sensor < label{"other"} &&
         std::hash<record>{}(r) == std::hash<packed>{}(p) && sum < 2;
}

std::size_t pools() {
  slotted::pool<plain> points;
  const auto first = points.emplace(1.0, 2.0, 3, std::nullopt, inner{1, 2}, label{}, true);
  points[first].x += 1;
  double sum = 0;
  for (const plain& each : points) sum += each.x;
  points.for_each([&](plain& each) { sum += each.y; });
  std::size_t gone = points.erase_if([](const plain& each) { return each.x > 1; });

  slotted::checked_pool<owning> owners;
  const auto owner = owners.insert({"name", {1.0, 2.0}});
  gone += owners.erase_if([](const owning& each) noexcept { return each.values.empty(); });
  return owners.at(owner).values.size() + gone + (sum > 0 ? 1 : 0);
}

std::size_t tables(std::span<const plain> rows) {
  slotted::memory_budget budget{slotted::MiB};
  slotted::table<plain> made{budget};
  made.append(rows);
  made.push_back({});
  made.emplace_back(1.0, 2.0, 3, std::nullopt, inner{1, 2}, label{}, true);
  made.set<&plain::x>(0, 2.5);
  made.modify(0, [](plain& row) { row.y += 1; });
  double sum = made[0].y + made.at(0).x;
  for (const double x : made.column<"x">()) sum += x;
  for (const auto chunk : made.chunks()) {
    for (const bool on : chunk.column<"on">()) sum += on ? 1 : 0;
    for (const std::optional<int> level : std::as_const(chunk).column<"level">()) sum += level.value_or(1);
  }
  for (const plain row : made) sum += static_cast<double>(row.range.low);
  made.sort_by<"x">();
  const std::size_t gone = made.erase_if([](const plain& row) { return row.x < 0; });
  made.swap_erase(made.lower_bound<"x">(1.0));
  made.trim();

  slotted::table<record> others;
  others.push_back({1.0, 2.0F, 3, true, "sensor"});
  const slotted::table<packed> empty;
  return (others == others && empty.empty() && sum > 0 ? 1 : 0) + gone + made.footprint().total();
}

std::size_t series() {
  slotted::memory_budget budget{slotted::MiB};
  slotted::series_table table{budget, {.series = {.most = 10, .policy = slotted::over_limit::overflow}}};
  const slotted::series_ref up = table.open({{"__name__", "up"}, {"job", "node"}});
  std::size_t seen = table.to_exposition(table.find_after(up, {{"job", "node"}, {"__name__", "up"}})).size();
  const auto any = [](std::string_view value) { return !value.empty(); };
  const slotted::series_set found = table.matching({{"job", "node"}, slotted::matches("__name__", any)});
  table.for_each(found, [&](slotted::series_ref each) { seen += table.labels(each).size(); });
  for (const slotted::label each : table.labels(up)) seen += each.value.size();
  for (const std::string_view each : table.label_names()) seen += each.size();
  for (const slotted::label_value_count& each : table.top_label_values(3)) seen += each.series;
  const auto hold = table.hold();
  hold.read(up, [&](const slotted::label_list& labels) { seen += labels.size(); });
  seen += table.close(up) ? 1U : 0U;
  table.trim();
  return seen + hold.matching({!slotted::label{"job", "x"}}).size() + slotted::to_prometheus_name("a.b").size();
}

std::size_t histories(std::span<const plain> rows) {
  slotted::memory_budget budget{slotted::MiB};
  using past_rows = slotted::history<plain, &plain::timestamp, &plain::sensor>;
  past_rows past{budget, {.on_full = slotted::on_full::evict_oldest, .max_age = 1000, .max_series = 10}};
  std::size_t gone = 0;
  auto spill = [&](const past_rows::evicted_block& block) {
    std::vector<double> xs(block.size());
    block.decode<&plain::x>(xs.data());
    gone += block.encoded<&plain::y>().size();
  };
  past.on_evict(spill);
  past.append(rows);
  if (!rows.empty()) past.append(rows[0]);
  gone += past.try_append(rows);
  past.seal();
  past.accept(0, 10);
  past.expire_before(5);
  for (const plain row : past.series("sensor").between(0, 10)) gone += row.on ? 1 : 0;
  for (const plain row : past.newest(3)) gone += row.x > 0 ? 1 : 0;
  for (const auto each : past.series()) gone += each.rows;
  for (const plain row : past.latest()) gone += row.on ? 1 : 0;
  past.scan<"x", "level", "range.low">([&](std::span<const double> xs, std::span<const std::optional<int>>,
                                           std::span<const float>) { gone += xs.size(); },
                                       slotted::where<"y">(0.0, 1.0));
  for (const auto each : past.aggregate<&plain::y>(0, 10, 2)) gone += each.count > 0 ? 1 : 0;
  auto moment = past.snapshot();
  gone += moment.rows().count() + (moment.first() ? 1 : 0) + past.statistics().rows;
  past.erase("sensor");
  slotted::history<record, "timestamp"> one;
  one.append({1.0, 2.0F, 3, true, "sensor"});
  return gone + one.size() + one.footprint().total();
}

std::string texts(plain& s, record& r) {
  std::ostringstream out;
  out << r << ' ' << slotted::print(s);
  slotted::set_field(s, "x", 1);
  slotted::set_field(s, "x", std::string_view("1.5"));
  slotted::set_field(r, "timestamp", 1.0);
  slotted::set_field(r, "sensor", "sensor");
  const slotted::table<plain> rows;
  for (const slotted::column_info& each : slotted::columns_of(rows)) out << each.name << each.bits;
  slotted::visit_column(rows, "x", [&](const auto& column) { out << column.size(); });
  return out.str();
}

}  // namespace strict
