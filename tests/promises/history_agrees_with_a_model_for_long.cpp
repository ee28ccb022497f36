// The lives of history_agrees_with_a_model.cpp, and many more of them.
#define SLOTTED_TEST_LIVES 300
#include "history_agrees_with_a_model.cpp"
