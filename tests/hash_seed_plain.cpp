// The same promises where nothing is known of the system's random source.
#include "hash_seed.cpp"
