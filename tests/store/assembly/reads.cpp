// What a table's reads compile to; row_reads.cmake beside this counts their loads. One function a line of its list.
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/store/table.hpp>

struct narrow {
  double x, y;
  std::int64_t timestamp;
  std::uint16_t sensor;
};
struct wide {
  double x, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19, b20, b21, b22,
      b23, b24, b25, b26, b27, b28, b29, b30, b31, b32, b33, b34, b35, b36, b37, b38, b39, b40, b41, b42, b43, b44, b45,
      b46, b47, b48, b49, b50, b51, b52, b53, b54, b55, b56, b57, b58, b59, b60, b61, b62;
};
static_assert(slotted::field_count<wide> == 64);

template <template <class...> class Record>
using record_of_12 = Record<slotted::field<"x", double>, slotted::field<"b0", float>, slotted::field<"b1", bool>,
                            slotted::field<"b2", double>, slotted::field<"b3", double>, slotted::field<"b4", double>,
                            slotted::field<"b5", double>, slotted::field<"b6", double>, slotted::field<"b7", double>,
                            slotted::field<"b8", double>, slotted::field<"b9", double>, slotted::field<"b10", double>>;
using record = record_of_12<slotted::record>;
using packed = record_of_12<slotted::packed_record>;

extern "C" {
double member_of_narrow(const slotted::table<narrow>& rows, std::uint64_t i) { return rows[i].x; }
double member_of_wide(const slotted::table<wide>& rows, std::uint64_t i) { return rows[i].x; }
double value_of_wide(const slotted::table<wide>& rows, std::uint64_t i) { return rows.get<&wide::x>(i); }
double member_of_record(const slotted::table<record>& rows, std::uint64_t i) { return rows[i].get<"x">(); }
double member_of_packed(const slotted::table<packed>& rows, std::uint64_t i) { return rows[i].get<"x">(); }
void whole_narrow(const slotted::table<narrow>& rows, std::uint64_t i, narrow& out) { out = rows[i]; }
}
