// EXPECT: undeclared
int main() { return undeclared; }
