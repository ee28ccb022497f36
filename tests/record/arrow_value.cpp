#include <slotted/record/arrow_value.hpp>

#include <string>

#include "catch.hpp"

namespace {

// Counts from a number on; every value is made when it is asked for.
class texts {
 public:
  explicit texts(int at) : at_(at) {}
  [[nodiscard]] std::string operator*() const { return std::to_string(at_); }
  [[nodiscard]] slotted::detail::arrow_value<std::string> operator->() const { return {**this}; }
  texts& operator++() {
    ++at_;
    return *this;
  }
  slotted::detail::past_value<std::string> operator++(int) {
    slotted::detail::past_value<std::string> before{**this};
    ++*this;
    return before;
  }

 private:
  int at_;
};

}  // namespace

TEST_CASE("a value is reached by an arrow, and the one before by what the increment returns") {
  texts at(99);
  CHECK(at->size() == 2);
  CHECK(*at++ == "99");
  CHECK(at->size() == 3);
  CHECK(*at == "100");
}
