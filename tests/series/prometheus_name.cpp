#include <slotted/series/prometheus_name.hpp>

#include <string>

#include "catch.hpp"

using slotted::is_prometheus_name;
using slotted::to_prometheus_name;

TEST_CASE("a name of Prometheus is letters, digits, underscores and colons, and begins with no digit") {
  CHECK(is_prometheus_name("node_cpu_seconds_total"));
  CHECK(is_prometheus_name("job:rate5m"));
  CHECK(is_prometheus_name("_"));
  CHECK(is_prometheus_name("A9"));
  CHECK_FALSE(is_prometheus_name(""));
  CHECK_FALSE(is_prometheus_name("9A"));
  CHECK_FALSE(is_prometheus_name("http.status"));
  CHECK_FALSE(is_prometheus_name("caf\xC3\xA9"));
  CHECK_FALSE(is_prometheus_name("a b"));
}

TEST_CASE("any text becomes such a name, one underscore a character") {
  CHECK(to_prometheus_name("http.status") == "http_status");
  CHECK(to_prometheus_name("caf\xC3\xA9!") == "caf__");
  CHECK(to_prometheus_name("9A") == "_9A");
  CHECK(to_prometheus_name("") == "_");
  CHECK(to_prometheus_name("\xFF\xFE") == "__");
  CHECK(to_prometheus_name("job:rate5m") == "job:rate5m");
  for (const std::string text : {"", "0", "\xF0\x9F\x92\xA9", "a b c", "-"})
    CHECK(is_prometheus_name(to_prometheus_name(text)));
}

TEST_CASE("values and strange names are quoted as the text format has it") {
  std::string text;
  slotted::detail::append_quoted(text, "a\\b\"c\nd");
  CHECK(text == R"("a\\b\"c\nd")");
  text.clear();
  slotted::detail::append_label_name(text, "job");
  slotted::detail::append_label_name(text, "http.status");
  slotted::detail::append_label_name(text, "a:b");
  CHECK(text == R"(job"http.status""a:b")");
}
