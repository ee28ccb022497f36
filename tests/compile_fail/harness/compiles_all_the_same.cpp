// EXPECT: error
int main() {}
