// EXPECT: undeclared
#ifdef MISTAKE
int main() { return undeclared; }
#else
int main() {}
#endif
