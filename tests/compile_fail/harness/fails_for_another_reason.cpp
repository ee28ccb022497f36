// EXPECT: two fields have the same name
#ifdef MISTAKE
int main() { return undeclared; }
#endif
