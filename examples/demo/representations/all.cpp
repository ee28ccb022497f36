// slotted demo: the list of what is compared, in the order of the report.
// SPDX-License-Identifier: MIT
#include <array>

#include "../representation.hpp"

namespace demo {

extern const representation dict_per_object;
extern const representation list_of_strings;
extern const representation vector_of_strings;
extern const representation vector_of_symbols;
extern const representation pool_of_structs;
extern const representation pool_of_packed_records;
extern const representation table_of_structs;
extern const representation history_of_structs;

std::span<const representation* const> representations() {
  static constexpr std::array all{
      &dict_per_object, &list_of_strings,        &vector_of_strings, &vector_of_symbols,
      &pool_of_structs, &pool_of_packed_records, &table_of_structs,  &history_of_structs,
  };
  return all;
}

}  // namespace demo
