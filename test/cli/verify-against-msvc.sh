cp "$FIXTURES"/x86_64-msvc/*.lib .; $ARMELD -q -d new -o new/w.lib [abc].lib; $ARMELD verify --against [abc].lib -- new/[abc].lib new/w.lib
