#ifdef MISTAKE
int main() { return undeclared; }
#endif
