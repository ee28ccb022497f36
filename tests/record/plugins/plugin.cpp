// A plugin that interns texts in a domain by the name that its host and other plugins use.
#include <slotted/record/symbol.hpp>

#if defined(_WIN32)
#define EXPORTED extern "C" __declspec(dllexport)
#else
#define EXPORTED extern "C" __attribute__((visibility("default")))
#endif

using word = slotted::symbol<"word of plugins", std::uint16_t>;

EXPORTED const void* domain_of_plugin() { return &word::domain(); }
EXPORTED unsigned code_in_plugin(const char* text) { return word(text).code(); }
