#include <slotted/series/detail/mapped_labels.hpp>

#include <slotted/series/series_table.hpp>
#include <string>
#include <vector>

#include "catch.hpp"

using slotted::label;
using slotted::detail::mapped_labels;

TEST_CASE("labels are mapped where they are not UTF-8, and kept where they are") {
  const label given[] = {{"job", "node"}, {"p\xFF", "a\xC3"}};
  const mapped_labels mapped(given);
  REQUIRE(mapped.fits());
  CHECK(mapped.any());
  CHECK(mapped.labels()[0] == given[0]);
  CHECK(mapped.labels()[0].value.data() == given[0].value.data());
  CHECK(mapped.labels()[1] == label{"p\xEF\xBF\xBD", "a\xEF\xBF\xBD"});
  CHECK_FALSE(mapped_labels(std::span(given, 1)).any());
}

TEST_CASE("what would take more than 4096 bytes does not fit") {
  const std::string half(4090 / 3, '\xFF');
  const label fits[] = {{"a", half}};
  const label too_long[] = {{"a", half}, {"b", "\xFF\xFF\xFF"}};
  CHECK(mapped_labels(fits).fits());
  CHECK_FALSE(mapped_labels(too_long).fits());
  CHECK_FALSE(mapped_labels(std::vector<label>(65, {"a", "b"})).fits());
}

TEST_CASE("a table maps texts when it is told to, and refuses them otherwise") {
  slotted::series_limits limits;
  slotted::series_table strict(limits);
  CHECK_THROWS_AS(strict.open({{"path", "a\xFF"}}), slotted::bad_labels);
  CHECK(strict.empty());
  limits.map_invalid_text = true;
  slotted::series_table mapping(limits);
  const slotted::series_ref ref = mapping.open({{"path", "a\xFF"}});
  CHECK(mapping.to_exposition(ref) == "{path=\"a\xEF\xBF\xBD\"}");
  CHECK(mapping.find({{"path", "a\xFF"}}) == ref);
  CHECK(mapping.find({{"path", "a\xEF\xBF\xBD"}}) == ref);
  CHECK(mapping.open({{"path", "a\xFE"}}) == ref);
}
