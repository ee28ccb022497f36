// slotted: a text as a short integer: 1, 2 or 4 bytes where std::string takes 32.
// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include <slotted/record/fixed_string.hpp>
#include <slotted/record/symbol_domain.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

template <class T>
concept symbol_code = std::unsigned_integral<T> && std::same_as<T, std::remove_cv_t<T>> && sizeof(T) <= 4 &&
                      !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                      !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <class Code>
inline constexpr std::size_t symbol_codes =
    sizeof(Code) < sizeof(std::size_t) ? std::size_t{1} << (8 * sizeof(Code) % (8 * sizeof(std::size_t))) : SIZE_MAX;

// Constant-initialised, so that it serves constructors of static objects; trivially destructible, so that it serves
// their destructors.
template <fixed_string Name, class Code>
inline constinit symbol_domain symbol_domain_of{Name.view(), symbol_codes<Code>};

// What converts to anything, as the probes that count the members of a struct do, is no text.
struct no_text_converts_to_this {};

template <class T>
concept symbol_text =
    std::convertible_to<const T&, std::string_view> && !std::convertible_to<const T&, no_text_converts_to_this>;

}  // namespace detail

/// A text of a domain, held as its code.
///
/// A value of `sizeof(Code)` bytes, trivially copyable. Symbols of one domain are equal if and only if their texts are;
/// they are ordered as their texts are. A default symbol is the empty text, code 0. Domains are told apart by their
/// name and by the type of their code, and symbols of different domains do not convert to each other.
///
/// Symbols are for closed vocabularies: sensors, units, states, regions. A domain lives as long as the process and
/// never gives a text back, so that texts without end (users, requests, addresses) belong elsewhere. Where labels come
/// from outside, limit their domain by `domain().set_cap(n)`, charge it to a budget by `domain().charge_to(budget)`,
/// and take them by `try_intern`.
///
/// Shared libraries: a program and the libraries that are linked to it, or loaded with RTLD_GLOBAL, share each domain.
/// Plugins that dlopen loads with RTLD_LOCAL share it when g++ compiled them, which marks it as unique in the process
/// (STB_GNU_UNIQUE); when clang did, or g++ with -fno-gnu-unique, each has a domain of its own, and so has, from any
/// compiler, each library that hides it (-fvisibility=hidden), and on Windows each module. The same text has different
/// codes in two domains: pass texts, not symbols, codes or records that hold them, between such libraries; or let the
/// program use the domain and export it (-rdynamic, CMake's ENABLE_EXPORTS), so that all plugins that do not hide it
/// find that one first.
/// \tparam Domain  the name of the domain, a literal.
/// \tparam Code    an unsigned integer of 1, 2 or 4 bytes; the domain holds at most as many texts as it has values.
template <fixed_string Domain, class Code = std::uint16_t>
class symbol {
  static_assert(detail::symbol_code<Code>, "the code of a symbol is std::uint8_t, std::uint16_t or std::uint32_t");

 public:
  /// The integer that stands for the text.
  using code_type = Code;

  /// The empty text.
  constexpr symbol() noexcept = default;

  /// The symbol of a text, which is added to the domain unless it is there. Implicit, so that a text initialises a
  /// member.
  ///
  /// Preconditions: a pointer is not null and points to characters that a null ends.
  /// Throws: `symbol_domain_full`, `std::length_error` when the text is longer than `symbol_domain::longest_text`,
  /// `budget_exceeded`, or `std::bad_alloc` when the system refuses memory; the domain is as before.
  ///
  /// Complexity: constant on average in the number of texts; a text that is known takes no lock.
  template <class Text>
    requires(!std::same_as<Text, symbol> && detail::symbol_text<Text>)
  symbol(const Text& text) : code_(static_cast<Code>(domain().intern(text))) {}
  symbol(std::nullptr_t) = delete;

  /// The symbol of a text, or nothing where the constructor throws; `domain().try_intern` also says why.
  [[nodiscard]] static std::optional<symbol> try_intern(std::string_view text) noexcept {
    const symbol_domain::interned result = domain().try_intern(text);
    if (!result) return std::nullopt;
    return symbol(static_cast<Code>(result.code), unchecked{});
  }

  /// The symbol of a text that the domain has, or nothing; adds nothing.
  [[nodiscard]] static std::optional<symbol> find(std::string_view text) noexcept {
    const std::optional<std::uint32_t> code = domain().find(text);
    if (!code) return std::nullopt;
    return symbol(static_cast<Code>(*code), unchecked{});
  }

  /// The symbol of a code.
  ///
  /// Throws: `std::out_of_range`, which names the code, when the domain has no such code.
  [[nodiscard]] static symbol from_code(Code code) {
    const std::size_t size = domain().size();
    if (code >= size) detail::throw_no_such_code(Domain.view(), code, size);
    return symbol(code, unchecked{});
  }

  /// The symbol of a code, or nothing when the domain has no such code.
  [[nodiscard]] static std::optional<symbol> try_from_code(Code code) noexcept {
    if (code >= domain().size()) return std::nullopt;
    return symbol(code, unchecked{});
  }

  /// The domain that all symbols of this type share.
  [[nodiscard]] static constexpr symbol_domain& domain() noexcept { return detail::symbol_domain_of<Domain, Code>; }

  /// The code; 0 is the empty text.
  [[nodiscard]] constexpr Code code() const noexcept { return code_; }

  /// The text; it takes no lock, and the view is valid for the life of the process.
  [[nodiscard]] std::string_view view() const noexcept { return domain().text(code_); }

  /// The text. Explicit, because a symbol must not turn into one of another domain by way of its text.
  explicit operator std::string_view() const noexcept { return view(); }

  friend constexpr bool operator==(symbol a, symbol b) noexcept { return a.code_ == b.code_; }
  friend std::strong_ordering operator<=>(symbol a, symbol b) noexcept {
    return a.code_ == b.code_ ? std::strong_ordering::equal : a.view() <=> b.view();
  }

  /// Compares the texts; adds nothing to the domain.
  template <class Text>
    requires(!std::same_as<Text, symbol> && detail::symbol_text<Text>)
  friend bool operator==(const symbol& a, const Text& b) {
    return a.view() == std::string_view(b);
  }
  template <class Text>
    requires(!std::same_as<Text, symbol> && detail::symbol_text<Text>)
  friend std::strong_ordering operator<=>(const symbol& a, const Text& b) {
    return a.view() <=> std::string_view(b);
  }

 private:
  struct unchecked {};
  constexpr symbol(Code code, unchecked) noexcept : code_(code) {}

  Code code_ = 0;
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted

/// By code: equal symbols are equal codes.
template <slotted::fixed_string Domain, class Code>
struct std::hash<slotted::symbol<Domain, Code>> {
  [[nodiscard]] std::size_t operator()(slotted::symbol<Domain, Code> each) const noexcept {
    return std::hash<Code>{}(each.code());
  }
};
