// The same promises where nothing is known of the system but operator new.
#include "slot_slabs.cpp"
