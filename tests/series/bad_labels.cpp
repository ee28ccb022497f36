#include <slotted/series/bad_labels.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

#include "catch.hpp"

namespace {

using slotted::label;
using slotted::open_outcome;

std::string text_of(open_outcome::reason why, std::size_t offender = 0) {
  const label labels[] = {{"job", "node\n"}, {"cpu", "7"}};
  slotted::series_limits limits;
  limits.series.most = 11;
  limits.values.most = 12;
  limits.name_sets.most = 13;
  limits.labels.most = 1;
  limits.text.most = 3;
  limits.bytes.most = 16;
  try {
    slotted::detail::throw_labels_refused(why, labels, offender, limits);
  } catch (const slotted::bad_labels& error) {
    return std::string("bad: ") + error.what();
  } catch (const slotted::series_limit_exceeded& error) {
    return std::string("limit: ") + error.what();
  }
}

}  // namespace

static_assert(std::is_base_of_v<std::invalid_argument, slotted::bad_labels>);
static_assert(std::is_base_of_v<std::length_error, slotted::series_limit_exceeded>);

TEST_CASE("a refusal names the label that it is about, or the limit") {
  CHECK(text_of(open_outcome::name_twice, 1) == "bad: labels: the name 'cpu' is there twice");
  CHECK(text_of(open_outcome::not_utf8) == "bad: labels: not UTF-8: label 'job' with the value 'node\\x0a'");
  CHECK(text_of(open_outcome::text_too_long) ==
        "limit: series refused: label 'job' with the value 'node\\x0a' is longer than 3 bytes");
  CHECK(text_of(open_outcome::too_many_labels) == "limit: series refused: 2 labels, and a series may have 1");
  CHECK(text_of(open_outcome::too_many_series) == "limit: series refused: there are 11 series already");
  CHECK(text_of(open_outcome::too_many_values, 1) ==
        "limit: series refused: label 'cpu' with the value '7' would be one more than the 12 values that a name may "
        "have");
  CHECK(text_of(open_outcome::too_many_name_sets) ==
        "limit: series refused: its label names would be one more than the 13 sets of names there may be");
  CHECK(text_of(open_outcome::too_many_bytes) == "limit: series refused: labels hold the 16 bytes that they may");
}
